//! The same reads with and without the cache, side by side.

use std::hint::black_box;
use std::time::{Duration, Instant};

use config_examples::program::Failure;
use config_examples::prompt::Prompt;

use crate::bot::{Bot, active_pairs};
use crate::rows::TABLES;

/// How often everything is read.
pub(crate) const READS: u32 = 10;
/// How often one copy is read, from memory.
const OFTEN: u32 = 1000;

/// What so many reads took.
pub(crate) struct Times {
    pub(crate) without: Duration,
    pub(crate) with: Duration,
}

impl Times {
    /// How many times as fast it is with the cache.
    pub(crate) fn gain(&self) -> f64 {
        self.without.as_secs_f64() / self.with.as_secs_f64().max(1e-9)
    }
}

/// Everything about all active pairs, [`READS`] times: by a query for each table, whose rows are not
/// even made into anything, and from memory.
pub(crate) async fn everything(bot: &Bot, prompt: &Prompt) -> Result<Times, Failure> {
    let queries = TABLES.map(|table| format!("select * from {table} where status = 'active'"));
    let began = Instant::now();
    for _ in 0..READS {
        for query in &queries {
            black_box(prompt.run(query).await?);
        }
    }
    let without = began.elapsed();
    let began = Instant::now();
    for _ in 0..READS {
        let now = bot.config.snapshot();
        black_box(active_pairs(&now).len());
    }
    Ok(Times { without, with: began.elapsed() })
}

/// One trial, once: past the cache, and from memory.
pub(crate) async fn one(bot: &Bot, key: (&str, &str, u32)) -> Result<Times, Failure> {
    let began = Instant::now();
    for _ in 0..READS {
        black_box(bot.trials.get_fresh(key).await?.lookback);
    }
    let without = began.elapsed() / READS;
    let began = Instant::now();
    for _ in 0..OFTEN {
        black_box(bot.trials.get(key).await.lookback);
    }
    Ok(Times { without, with: began.elapsed() / OFTEN })
}

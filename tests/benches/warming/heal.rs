//! How soon a resident block is right again after its process has lost its connections.

use std::time::{Duration, Instant};

use config_benches::{Report, median};
use config_tests::postgres::Database;
use tokio::time::sleep;

use crate::blocks::{ClubConfig, Kind, filled, guild, start};

/// Nobody waits for longer.
const LONGEST: Duration = Duration::from_secs(90);
const ROUNDS: i64 = 3;

pub(crate) async fn measure(report: &mut Report) {
    let few: &[usize] = &[1000, 100_000];
    let mut rows = Vec::new();
    for count in report.size(few, &[1000, 100_000, 300_000, 1_000_000]) {
        let database = filled(&[Kind::Resident], *count).await;
        let mut all = Some(Vec::new());
        for round in 1..=ROUNDS {
            // Once is enough to know that it is not healed.
            let Some(times) = &mut all else { break };
            match healed(&database, 900 + round).await {
                Some(ms) => times.push(ms),
                None => all = None,
            }
        }
        let shown = all.map_or_else(
            || format!("not within {} s", LONGEST.as_secs()),
            |times| format!("{:.0}", median(times)),
        );
        rows.push(vec![count.to_string(), shown]);
    }
    report.table("heal", &["keys", "right again after, ms"], rows);
}

/// Milliseconds from the end of all connections, and a change to `amount` that nobody heard of, until a
/// reader has it.
async fn healed(database: &Database, amount: i64) -> Option<f64> {
    let config = start(&database.url(), &[Kind::Resident], 0).await;
    let clubs = config.keyed::<ClubConfig>();
    let (client, key) = (database.client().await, guild(500));
    let end = "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and pid <> pg_backend_pid()";
    let change = format!("update club_config set daily_amount = {amount} where guild_id = '{key}'");
    let began = Instant::now();
    client.batch_execute(&format!("{end}; {change}")).await.expect("a change");
    while clubs.load(&key).daily_amount != amount {
        if began.elapsed() > LONGEST {
            config.shutdown().await;
            return None;
        }
        sleep(Duration::from_millis(1)).await;
    }
    let ms = began.elapsed().as_secs_f64() * 1e3;
    config.shutdown().await;
    Some(ms)
}

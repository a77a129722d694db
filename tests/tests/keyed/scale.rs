//! What a change costs among a thousand keys, and among very many.

use std::fmt;
use std::time::{Duration, Instant};

use config_sdk::Keyed;
use config_tests::postgres::Database;

use crate::blocks::BytesConfig;
use crate::postgres::{database, fill, process, seen};

/// How many changes are made.
const ROUNDS: i64 = 15;

/// What a change cost.
struct Cost {
    keys: u64,
    /// From before the statement to the first read of the new value.
    change: Duration,
    /// The statement alone, triggers and commit included.
    statement: Duration,
    /// A read of a key that is not in memory.
    cold: Duration,
    /// Keys that were loaded for one change.
    loaded: u64,
    /// All copies that there is room for, page by page.
    warm: Duration,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |took: Duration| took.as_secs_f64() * 1e3;
        write!(
            f,
            "| {} | {:.2} ms | {:.2} ms | {:.2} ms | {} | {:.0} ms |",
            self.keys,
            ms(self.change),
            ms(self.statement),
            ms(self.cold),
            self.loaded,
            ms(self.warm)
        )
    }
}

async fn cost(keys: u64) -> Cost {
    let database: Database = database().await;
    fill(&database, keys);
    let config = process(&database).await;
    let bytes: Keyed<BytesConfig> = config.keyed();
    let client = database.client().await;
    let (mut changes, mut statements, mut colds) = (Vec::new(), Vec::new(), Vec::new());
    bytes.get("guild-500").await;
    let before = bytes.stats().loaded_keys;
    for round in 1..=ROUNDS {
        let sql =
            format!("update bytes_config set daily_amount = {round} where guild_id = 'guild-500'");
        let began = Instant::now();
        client.batch_execute(&sql).await.unwrap();
        statements.push(began.elapsed());
        changes.push(seen(&bytes, "guild-500", round, began).await);
    }
    let loaded = (bytes.stats().loaded_keys - before) / ROUNDS.unsigned_abs();
    for round in 0..ROUNDS {
        let began = Instant::now();
        bytes.get(format!("guild-{}", 501 + round)).await;
        colds.push(began.elapsed());
    }
    let began = Instant::now();
    let warmed = bytes.warm_all(|_| {}).await;
    assert!(warmed.loaded + warmed.present >= keys.min(20_000) as usize - 20, "{warmed:?}");
    let warm = began.elapsed();
    let middle = |mut all: Vec<Duration>| {
        all.sort_unstable();
        all[all.len() / 2]
    };
    Cost {
        keys,
        change: middle(changes),
        statement: middle(statements),
        cold: middle(colds),
        loaded,
        warm,
    }
}

/// `scripts/keys` gives other numbers of keys, and shows the table.
#[tokio::test]
async fn a_change_costs_the_same_among_very_many_keys_as_among_a_thousand() {
    let counts = std::env::var("CONFIG_TESTS_KEYS").unwrap_or_else(|_| "1000 50000".to_owned());
    println!(
        "| keys | change seen | statement | cold read | loaded | warm 20,000 |\n|---|---|---|---|---|---|"
    );
    let mut costs: Vec<Cost> = Vec::new();
    for count in counts.split_whitespace() {
        costs.push(cost(count.parse().expect("numbers of keys")).await);
        println!("{}", costs[costs.len() - 1]);
    }
    for more in &costs[1..] {
        // A scan of so many rows takes many times as long as an index.
        let most = |few: Duration| few * 3 + Duration::from_millis(5);
        let (change, cold) = (most(costs[0].change), most(costs[0].cold));
        assert!(more.change < change && more.cold < cold, "{more}");
        assert_eq!(more.loaded, 1);
    }
}

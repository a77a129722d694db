//! What a change costs among a thousand keys, and among very many; `cargo bench --bench warming` has more.

use std::time::{Duration, Instant};

use config_sdk::{Config, Keyed};
use config_tests::postgres::Database;
use config_tests::wait;
use tokio_postgres::Client;

use crate::blocks::{BytesConfig, PlanConfig, SOON};
use crate::postgres::{database, fill, process, seen};

/// How many changes are made.
const ROUNDS: i64 = 15;

/// A process among so many keys of a bounded block and of a resident one.
struct Place {
    _database: Database,
    config: Config,
    client: Client,
}

impl Place {
    async fn among(keys: u64) -> Self {
        let database = database().await;
        fill(&database, keys);
        database.psql(&format!(
            "begin; alter table plan_config disable trigger user; \
             insert into plan_config (version, status, symbol, strategy, size) \
             select 1, 'active', 'symbol-' || n, 'a', n % 100 from generate_series(0, {keys} - 1) n; \
             alter table plan_config enable trigger user; commit; vacuum analyze plan_config"
        ));
        let config = process(&database).await;
        let client = database.client().await;
        Self { _database: database, config, client }
    }

    async fn execute(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    /// From before a statement to the first read of the new value, in the middle of all.
    async fn bounded(&self) -> Duration {
        let bytes: Keyed<BytesConfig> = self.config.keyed();
        bytes.get("guild-500").await;
        let (before, mut changes) = (bytes.stats().loaded_keys, Vec::new());
        for round in 1..=ROUNDS {
            let began = Instant::now();
            let sql = "update bytes_config set daily_amount = $ where guild_id = 'guild-500'";
            self.execute(&sql.replace('$', &round.to_string())).await;
            changes.push(seen(&bytes, "guild-500", round, began).await);
        }
        assert_eq!(bytes.stats().loaded_keys - before, ROUNDS.unsigned_abs());
        middle(changes)
    }

    /// The same of a read of a key that is not in memory.
    async fn cold(&self) -> Duration {
        let bytes: Keyed<BytesConfig> = self.config.keyed();
        let mut colds = Vec::new();
        for round in 1..=ROUNDS {
            let began = Instant::now();
            bytes.get(format!("guild-{}", 500 + round)).await;
            colds.push(began.elapsed());
        }
        middle(colds)
    }

    /// The same of a change of a resident block.
    async fn resident(&self) -> Duration {
        let plans: Keyed<PlanConfig> = self.config.keyed();
        let mut changes = Vec::new();
        for round in 1..=ROUNDS {
            let began = Instant::now();
            let sql = "update plan_config set stop = $ where symbol = 'symbol-500'";
            self.execute(&sql.replace('$', &(round + 100).to_string())).await;
            wait::until("the change", SOON, || async {
                i64::from(plans.load(("symbol-500", "a")).stop) == round + 100
            })
            .await;
            changes.push(began.elapsed());
        }
        middle(changes)
    }
}

fn middle(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

/// A scan of so many rows takes many times as long as an index.
#[track_caller]
fn assert_alike(few: Duration, many: Duration) {
    assert!(many < few * 3 + Duration::from_millis(5), "{few:?} among few, {many:?} among many");
}

#[tokio::test]
async fn a_change_costs_the_same_among_very_many_keys_as_among_a_thousand() {
    let (few, many) = (Place::among(1000).await, Place::among(50_000).await);
    assert_alike(few.bounded().await, many.bounded().await);
    assert_alike(few.cold().await, many.cold().await);
    assert_alike(few.resident().await, many.resident().await);
}

//! Traps of crowds: many rows, many notifications, many processes.

use std::time::{Duration, Instant};

use config_sdk::{Config, ConfigBlock, MemoryStore};
use config_tests::postgres::Server;

use crate::stage::{on, on_postgres, sees, set};

/// Row-level NOTIFY triggers on busy tables serialise every commit of the database (panurus #1934;
/// three outages at a meeting recorder, March 2025).
#[tokio::test]
async fn a_statement_notifies_once_however_many_rows_it_changes() {
    let database = Server::shared().database();
    drop(on_postgres(&database).await);
    let after_each_row = "select count(*) from pg_trigger where not tgisinternal
        and tgrelid = 'trading_config'::regclass and (tgtype & 1) = 1 and (tgtype & 2) = 0";
    assert_eq!(database.psql(after_each_row), "0");
    let before: u64 = crate::stage::epoch(&database);
    database.psql(
        "insert into trading_config (status, max_positions) select 'draft', n from generate_series(1, 100) n",
    );
    assert_eq!(crate::stage::epoch(&database), before + 1);
}

/// A payload over 8000 bytes rolls back the business write (NeoHaskell #417).
#[tokio::test]
async fn no_name_is_too_long_for_a_notification() {
    #[derive(Debug, ConfigBlock)]
    #[config(name = "a_block_whose_name_is_as_long_as_a_name_can_be_and_not_a_bit_lo", table = "t")]
    struct Long {
        #[config(default = 1)]
        most: u32,
    }
    let database = Server::shared().database();
    let builder = Config::builder().block::<Long>().url(&database.url());
    let config = builder.migrate().start().await.unwrap();
    database.psql("insert into t (status, most) values ('active', 2)");
    config.wait_for(1, crate::stage::SOON).await.unwrap();
    assert_eq!(config.get::<Long>().most, 2);
    // Whatever name a trigger were given.
    database.psql("select config_sdk.advance(repeat('ü', 20000), 99)");
}

/// Anyone can send the notification: a flood of them is a few passes.
#[tokio::test]
async fn a_flood_of_notifications_makes_few_passes() {
    let store = MemoryStore::new();
    let config = on(&store).await;
    let before = store.fetches();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(2) {
        store.notify();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let passes = store.fetches() - before;
    assert!(passes <= 60, "{passes} passes in two seconds");
    store.set("trading", [("score_threshold", "0.8")]);
    sees(&config, "0.8").await;
}

/// The same with forged payloads in Postgres, which a reader believes nothing of.
#[tokio::test]
async fn forged_notifications_change_nothing_and_cost_little() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    set(&database, "0.8");
    sees(&config, "0.8").await;
    database.reset_queries();
    database.psql(
        "do $$ begin for n in 1..10000 loop
            perform pg_notify('config_sdk', '18446744073709551615 trading risk ''; x ' || n);
        end loop; end $$",
    );
    tokio::time::sleep(Duration::from_millis(500)).await;
    let passes = database.queries("%from config_sdk.epoch%");
    assert!(passes < 100, "{passes} queries");
    set(&database, "0.9");
    sees(&config, "0.9").await;
}

//! The background task and its connections end with the configuration, and values stay readable.

use std::time::Duration;

use config_sdk::{Config, MemoryStore, RefreshError};
use config_tests::postgres::Database;
use config_tests::wait;

use crate::blocks::TradingConfig;
use crate::stage::{self, SOON, decimal, insert};

fn connections(database: &Database) -> String {
    database.psql(
        "select count(*) from pg_stat_activity where datname = current_database() \
         and application_name = 'config-sdk'",
    )
}

async fn none_left(database: &Database) {
    wait::until("the connections to end", SOON, || async {
        let left = connections(database);
        if left == "0" { Ok(()) } else { Err(left) }
    })
    .await;
}

#[tokio::test]
async fn shutdown_ends_the_task_and_its_connections_and_values_stay() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    let config = stage::on_postgres(&database).await;
    assert_eq!(connections(&database), "2");
    let mut events = config.events();
    stage::soon(config.shutdown()).await;
    none_left(&database).await;
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
    assert_eq!(config.snapshot().get::<TradingConfig>().score_threshold, decimal("0.8"));
    let error = config.refresh_all().await.unwrap_err();
    assert_eq!(error, RefreshError::Ended);
    let said = "the configuration was shut down, or its runtime has ended; values stay as they are";
    assert_eq!(error.to_string(), said);
    while stage::soon(events.next()).await.is_some() {}
    assert!(stage::soon(config.events().next()).await.is_none(), "events of what has ended");
    stage::soon(config.clone().shutdown()).await; // a second time does nothing
}

#[tokio::test]
async fn the_task_and_its_connections_end_with_the_last_clone() {
    let database = stage::database().await;
    let config = stage::on_postgres(&database).await;
    let clone = config.clone();
    let (handle, changes) = (config.handle::<TradingConfig>(), config.subscribe::<TradingConfig>());
    drop(config);
    // A clone that is left keeps it going.
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    stage::score(&clone, "0.8").await;
    drop(clone);
    none_left(&database).await;
    drop((handle, changes));
}

#[tokio::test]
async fn shutdown_does_not_wait_long_for_a_store_that_does_not_answer() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    store.freeze();
    store.notify();
    let asked = store.fetches();
    wait::until("a pass", SOON, || async { store.fetches() > asked }).await;
    let ended = tokio::time::timeout(Duration::from_secs(6), config.shutdown()).await;
    assert!(ended.is_ok(), "shutdown hangs");
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing_running() {
    let store = MemoryStore::new();
    store.fail("gone fishing");
    let start =
        stage::builder().store(store.clone()).start_timeout(Duration::from_secs(3600)).start();
    let given_up = tokio::time::timeout(Duration::from_millis(300), start).await;
    assert!(given_up.is_err());
    let still = || async {
        let before = store.fetches();
        tokio::time::sleep(Duration::from_millis(2000)).await; // longer than any wait between tries
        store.fetches() == before
    };
    wait::until("the tries to end", SOON, still).await;
}

#[tokio::test]
async fn a_subscriber_gets_the_last_change_and_then_the_end() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let mut changes = config.subscribe::<TradingConfig>();
    let epoch = store.set("trading", [("max_positions", "7")]);
    config.wait_for(epoch, SOON).await.unwrap();
    config.shutdown().await;
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!((change.old.max_positions, change.new.max_positions), (5, 7));
    assert!(stage::soon(changes.next()).await.is_none());
    assert!(stage::soon(changes.next()).await.is_none());
}

#[test]
fn a_runtime_that_ends_ends_the_refreshing_and_says_so() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = runtime.block_on(stage::on_memory(&MemoryStore::new()));
    let mut events = config.events();
    drop(runtime);
    let other = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    other.block_on(async {
        assert_eq!(config.refresh_all().await.unwrap_err(), RefreshError::Ended);
        stage::soon(async { while events.next().await.is_some() {} }).await;
        stage::soon(config.shutdown()).await;
    });
    assert_eq!(config.get::<TradingConfig>().max_positions, 5);
}

#[tokio::test]
async fn a_fixed_configuration_reads_the_same_and_never_changes() {
    let trading = TradingConfig { max_positions: 9, ..TradingConfig::default() };
    let config = Config::fixed().with(trading).build();
    assert_eq!(config.get::<TradingConfig>().max_positions, 9);
    let report = config.refresh_all().await.unwrap();
    assert_eq!(report.to_string(), "epoch 0\ntrading      unchanged");
    assert!(config.ready(Duration::ZERO).await);
    assert_eq!(config.check().await.unwrap(), []);
    config.shutdown().await;
}

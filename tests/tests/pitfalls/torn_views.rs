//! Traps of halves: half of an old value and half of a new one, one block before a change and one after.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use config_sdk::{Config, ConfigBlock, MemoryStore};
use config_tests::postgres::Server;

use crate::stage::{Risk, Trading, builder, on_postgres};

#[derive(Debug, ConfigBlock)]
struct Left {
    #[config(default = 0)]
    low: u64,
    #[config(default = 0)]
    high: u64,
}

#[derive(Debug, ConfigBlock)]
struct Right {
    #[config(default = 0)]
    number: u64,
}

/// Readers see nulls or a mixture while a refresh rebinds (spring-cloud-commons #1709, #1727;
/// spring-cloud-config #1562).
#[tokio::test(flavor = "multi_thread")]
async fn readers_never_see_half_of_a_refresh() {
    let store = MemoryStore::new();
    let builder = Config::builder().block::<Left>().block::<Right>();
    let config = builder.store(store.clone()).start().await.unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while !is_over.load(Ordering::Relaxed) {
                let left = config.get::<Left>();
                assert_eq!(left.low, left.high);
                let view = config.snapshot();
                let left = view.get::<Left>();
                assert_eq!((left.low, left.high), (left.high, view.get::<Right>().number));
                seen = seen.max(left.low);
            }
            seen
        });
        for number in 1..=200 {
            let text = &number.to_string();
            store.transaction(|edit| {
                edit.set("left", "low", text);
                edit.set("left", "high", text);
                edit.set("right", "number", text);
            });
            std::thread::sleep(Duration::from_micros(500));
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0, "the reader saw no change at all");
    });
}

/// A sentinel key does not protect an instance that starts between the first write and the sentinel
/// (azure-docs #81823): a transaction does.
#[tokio::test]
async fn a_process_that_starts_between_two_writes_sees_neither_or_both() {
    let database = Server::shared().database();
    drop(on_postgres(&database).await);
    let writer = database.client().await;
    let first = "begin; insert into trading_config (status, max_positions) values ('active', 7)";
    let second = "insert into risk_config (status, max_drawdown_pct) values ('active', 7)";
    let seen = async || {
        let config = builder().url(&database.url()).start().await.unwrap();
        let view = config.snapshot();
        let (trading, risk) = (view.get::<Trading>(), view.get::<Risk>());
        (trading.max_positions, risk.max_drawdown_pct)
    };
    writer.batch_execute(first).await.unwrap();
    assert_eq!(seen().await, (5, 20));
    writer.batch_execute(second).await.unwrap();
    assert_eq!(seen().await, (5, 20));
    writer.batch_execute("commit").await.unwrap();
    assert_eq!(seen().await, (7, 7));
}

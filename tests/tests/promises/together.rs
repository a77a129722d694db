//! A block is read whole, and blocks changed in one transaction are seen together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use config_sdk::{Config, Event};
use config_tests::postgres::{Database, Server};

use crate::blocks::{RiskConfig, TradingConfig, TwinConfig, WideConfig};
use crate::stage::{self, HOUR, SOON, decimal};

async fn twins(database: &Database) -> Config {
    let builder = Config::builder().block::<WideConfig>().block::<TwinConfig>();
    let builder = builder.url(&database.url()).ttl(HOUR).start_timeout(SOON);
    let config = builder.migrate().start().await.unwrap();
    stage::listening(&config).await;
    config
}

/// SQL that sets all fields of both blocks to `number`, in one transaction.
fn set_all(number: i64) -> String {
    let fields = WideConfig::COLUMNS.map(|column| format!("{column} = {number}"));
    format!(
        "begin; update wide_config set {}; update twin_config set number = {number}; commit",
        fields.join(", ")
    )
}

/// What one reader saw, and everything that must never be seen.
fn read(config: &Config, over: &AtomicBool, reads: &AtomicU64) {
    let mut handle = config.handle::<WideConfig>();
    let mut last = 0;
    while !over.load(Ordering::Relaxed) {
        assert!(config.get::<WideConfig>().number().is_some(), "half a guard");
        assert!(config.with(|wide: &WideConfig| wide.number()).is_some(), "half a copy");
        assert!(handle.load().number().is_some(), "half a handle's value");
        let view = config.snapshot();
        let number = view.get::<WideConfig>().number().expect("half a block in a snapshot");
        assert_eq!(number, view.get::<TwinConfig>().number, "a snapshot of two moments");
        assert!(last <= number, "a value went backwards from {last} to {number}");
        last = number;
        reads.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn two_blocks_changed_in_one_transaction_under_8_readers_for_10_s_are_never_mixed_nor_half() {
    let database = Server::shared().database();
    let config = twins(&database).await;
    database.psql("insert into wide_config (status) values ('active')");
    database.psql("insert into twin_config (status) values ('active')");
    let (over, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let (config, over, reads) = (config.clone(), over.clone(), reads.clone());
            thread::spawn(move || read(&config, &over, &reads))
        })
        .collect();
    let writer = database.client().await;
    let (began, mut number) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(10) {
        number += 1;
        writer.batch_execute(&set_all(number)).await.unwrap();
    }
    let last = number;
    config_tests::wait::until("the last change", SOON, || async {
        config.get::<TwinConfig>().number == last
    })
    .await;
    over.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.join().unwrap();
    }
    println!("{last} transactions, {reads:?} rounds of reading");
    assert!(last > 100, "too few transactions to tell: {last}");
}

#[tokio::test]
async fn blocks_changed_in_one_transaction_are_published_by_one_pass_under_one_epoch() {
    let database = stage::database().await;
    let config = stage::on_postgres(&database).await;
    let mut events = config.events();
    let before = config.status().epoch;
    database.psql(&format!(
        "begin;\n{}{}commit;",
        stage::insert("trading", &[("score_threshold", "0.8")]),
        stage::insert("risk", &[("max_drawdown_pct", "15")]),
    ));
    config.wait_for(before + 1, SOON).await.unwrap();
    let mut published = Vec::new();
    while published.len() < 2 {
        if let Event::Published { block, epoch, .. } = stage::soon(events.next()).await.unwrap() {
            published.push((block, epoch));
        }
    }
    assert_eq!(published, [("trading", before + 1), ("risk", before + 1)]);
    let view = config.snapshot();
    assert_eq!(view.epoch(), before + 1);
    assert_eq!(view.get::<TradingConfig>().score_threshold, decimal("0.8"));
    assert_eq!(view.get::<RiskConfig>().max_drawdown_pct, decimal("15"));
}

#[tokio::test]
async fn whoever_is_woken_by_one_block_finds_the_other_changed_too() {
    let database = stage::database().await;
    let config = stage::on_postgres(&database).await;
    let writer = database.client().await;
    let set = |score: &str| {
        format!(
            "begin; {}{}{}commit",
            "delete from trading_config; delete from risk_config; ",
            stage::insert("risk", &[("max_drawdown_pct", &format!("{score} * 100"))]),
            stage::insert("trading", &[("score_threshold", score)]),
        )
    };
    let mut changes = config.subscribe::<TradingConfig>();
    for score in ["0.11", "0.22", "0.33", "0.44"] {
        writer.batch_execute(&set(score)).await.unwrap();
        let change = stage::soon(changes.next()).await.unwrap();
        assert_eq!(change.new.score_threshold, decimal(score));
        assert_eq!(config.get::<RiskConfig>().max_drawdown_pct, decimal(score) * decimal("100"));
    }
}

#[tokio::test]
async fn a_rejected_block_does_not_hold_back_the_others_of_its_transaction() {
    let database = stage::database().await;
    let config = stage::on_postgres(&database).await;
    database.psql(&format!(
        "begin;\n{}{}commit;",
        // No CHECK of the table knows the rule over two fields.
        stage::insert("trading", &[("min_position", "9"), ("score_threshold", "0.8")]),
        stage::insert("risk", &[("max_drawdown_pct", "15")]),
    ));
    stage::drawdown(&config, "15").await;
    assert_eq!(*config.get::<TradingConfig>(), TradingConfig::default());
}

//! Smoke.
use config_sdk::{Config, ConfigBlock, Decimal, MemoryStore};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
struct TradingConfig {
    #[config(default = 0.70, range = 0..=1)]
    score_threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    max: u32,
}

#[tokio::test]
async fn smoke() {
    let store = MemoryStore::new();
    let config =
        Config::builder().block::<TradingConfig>().store(store.clone()).start().await.unwrap();
    assert_eq!(config.get::<TradingConfig>().score_threshold.to_string(), "0.70");
    let mut changes = config.subscribe::<TradingConfig>();
    let epoch = store.set("trading", [("score_threshold", "0.9")]);
    config.wait_for(epoch, Duration::from_secs(2)).await.unwrap();
    assert_eq!(config.get::<TradingConfig>().score_threshold.to_string(), "0.9");
    assert_eq!(config.with(|t: &TradingConfig| t.max), 5);
    let change = changes.next().await.unwrap();
    assert_eq!(change.fields, ["score_threshold"]);
    let epoch = store.set("trading", [("score_threshold", "9"), ("max", "0")]);
    config.wait_for(epoch, Duration::from_secs(2)).await.unwrap();
    println!("{}", config.status());
    println!("{}", config.refresh_all().await.unwrap());
    println!("{}", config.explain("trading.score_threshold").unwrap());
    println!("{}", config.value("trading.score_treshold").unwrap_err());
    store.fail("gone fishing");
    println!("{}", config.refresh_all().await.unwrap());
    println!("{}", config.status());
    config.shutdown().await;
}

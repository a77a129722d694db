//! The blocks that the tests of this program read, and what they start from.

use std::time::Duration;

use config_sdk::{Config, ConfigBlock, Key, KeyedOptions, MemoryStore, PushState};
use config_tests::wait;

/// Longest wait for what a healthy library does at once, on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// Longer than any test runs: what arrives did not come by polling.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Bounded: one copy a guild.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "bytes", key(guild_id: String))]
pub(crate) struct BytesConfig {
    #[config(default = 100, range = 0..=10_000, clamp)]
    pub(crate) starting_balance: i64,
    #[config(default = 10, range = 1..=1000)]
    pub(crate) daily_amount: i64,
    pub(crate) greeting: Option<String>,
}

/// Resident: one copy for each pair and strategy.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "plan", key(symbol: String, strategy: String), resident)]
pub(crate) struct PlanConfig {
    #[config(default = 1, range = 0..=100)]
    pub(crate) size: u32,
    #[config(default = 2)]
    pub(crate) stop: u32,
}

/// One copy in all.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "system")]
pub(crate) struct SystemConfig {
    #[config(default = 0)]
    pub(crate) mark: u32,
}

/// All three blocks on `store`, and no polling.
pub(crate) async fn start(store: &MemoryStore) -> Config {
    start_with(store, KeyedOptions::new()).await
}

/// The same, with the bounded block kept in another way.
pub(crate) async fn start_with(store: &MemoryStore, options: KeyedOptions) -> Config {
    let builder = Config::builder()
        .block::<SystemConfig>()
        .keyed::<BytesConfig>(options)
        .keyed::<PlanConfig>(KeyedOptions::new());
    let config = builder.store(store.clone()).ttl(HOUR).start().await.unwrap();
    let listens = || async { config.status().push == PushState::Push };
    wait::until("push", SOON, listens).await;
    config
}

/// The key of a guild.
pub(crate) fn guild(name: &str) -> Key {
    Key::new([name]).unwrap()
}

/// The key of a plan.
pub(crate) fn plan(symbol: &str, strategy: &str) -> Key {
    Key::new([symbol, strategy]).unwrap()
}

/// Sets the daily amount of a guild.
pub(crate) fn set_daily(store: &MemoryStore, name: &str, amount: i64) -> u64 {
    store.set_key("bytes", &guild(name), [("daily_amount", &*amount.to_string())])
}

//! What the tests play with: two blocks, and a configuration that only push or a refresh can change.

use std::time::Duration;

use config_sdk::{
    BlockState, Config, ConfigBlock, ConfigBuilder, Decimal, Event, Events, MemoryStore, PushState,
};
use config_tests::postgres::Database;
use config_tests::wait;

/// Long enough for a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(10);
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
pub(crate) struct Trading {
    /// Lowest score that opens a position.
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) score_threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    pub(crate) max_positions: u32,
}

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
pub(crate) struct Risk {
    #[config(default = 20, range = 0..=100)]
    pub(crate) max_drawdown_pct: u32,
}

/// Both blocks, and nothing that happens by itself.
pub(crate) fn builder() -> ConfigBuilder {
    let builder = Config::builder().block::<Trading>().block::<Risk>();
    builder.ttl(NEVER).start_timeout(SOON)
}

/// Started on a store in memory, and listening.
pub(crate) async fn on(store: &MemoryStore) -> Config {
    let config = builder().store(store.clone()).start().await.unwrap();
    listening(&config).await;
    config
}

/// Started on a fresh database, and listening.
pub(crate) async fn on_postgres(database: &Database) -> Config {
    let builder = builder().url(&database.url()).migrate();
    let config = builder.start().await.unwrap();
    listening(&config).await;
    config
}

pub(crate) async fn listening(config: &Config) {
    wait::until("push", SOON, || async {
        let push = config.status().push;
        if push == PushState::Push { Ok(()) } else { Err(push) }
    })
    .await;
}

/// Waits until readers have `threshold`.
pub(crate) async fn sees(config: &Config, threshold: &str) {
    wait::until(threshold, SOON, || async {
        let seen = config.get::<Trading>().score_threshold.to_string();
        if seen == threshold { Ok(()) } else { Err(seen) }
    })
    .await;
}

/// Waits until the row of `trading` has been turned away.
pub(crate) async fn rejected(events: &mut Events) {
    let rejected = async { while !matches!(events.next().await, Some(Event::Rejected { .. })) {} };
    tokio::time::timeout(SOON, rejected).await.expect("a rejection");
}

pub(crate) fn state(config: &Config) -> BlockState {
    config.status().block("trading").unwrap().state.clone()
}

/// The number of Postgres's own bookkeeping.
pub(crate) fn epoch(database: &Database) -> u64 {
    let epoch = database.psql("select epoch from config_sdk.epoch");
    epoch.parse().unwrap()
}

/// Makes `threshold` the active row of `trading`.
pub(crate) fn set(database: &Database, threshold: &str) {
    database.psql(&format!(
        "update trading_config set status = 'archived' where status = 'active';
         insert into trading_config (status, score_threshold) values ('active', '{threshold}')"
    ));
}

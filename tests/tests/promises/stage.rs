//! What the tests of this program start from: a database of their own, and a configuration on it.

use std::time::Duration;

use config_sdk::{BlockState, Config, ConfigBuilder, Decimal, MemoryStore, PushState, Status};
use config_tests::postgres::{Database, Server};
use config_tests::wait;

use crate::blocks::{RiskConfig, TradingConfig};

/// Longest wait for what a healthy library does at once, on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// Longer than any test runs: what arrives did not come by polling.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Two blocks, and no polling.
pub(crate) fn builder() -> ConfigBuilder {
    Config::builder().block::<TradingConfig>().block::<RiskConfig>().ttl(HOUR)
}

/// The two blocks on `store`.
pub(crate) async fn on_memory(store: &MemoryStore) -> Config {
    builder().store(store.clone()).start().await.unwrap()
}

/// A database that has the tables of the two blocks, and nothing in them.
pub(crate) async fn database() -> Database {
    let database = Server::shared().database();
    migrate(&database).await;
    database
}

/// Makes the tables of the two blocks.
pub(crate) async fn migrate(database: &Database) {
    let builder = builder().url(&database.url()).start_timeout(SOON);
    builder.migrate_now().await.unwrap();
}

/// The two blocks on `database`, listening.
pub(crate) async fn on_postgres(database: &Database) -> Config {
    let config = builder().url(&database.url()).start_timeout(SOON);
    let config = config.start().await.unwrap();
    listening(&config).await;
    config
}

/// Waits until push works.
pub(crate) async fn listening(config: &Config) {
    status(config, "push", |status| status.push == PushState::Push).await;
}

/// Waits until `holds` of the status.
pub(crate) async fn status(config: &Config, what: &str, holds: impl Fn(&Status) -> bool) {
    wait::until(what, SOON, || async {
        let status = config.status();
        if holds(&status) { Ok(()) } else { Err(status) }
    })
    .await;
}

/// Waits until readers have this `trading.score_threshold`.
pub(crate) async fn score(config: &Config, wanted: &str) {
    let wanted = decimal(wanted);
    wait::until("the score", SOON, || async {
        let seen = config.get::<TradingConfig>().score_threshold;
        if seen == wanted { Ok(()) } else { Err(seen) }
    })
    .await;
}

/// Waits until readers have this `risk.max_drawdown_pct`.
pub(crate) async fn drawdown(config: &Config, wanted: &str) {
    let wanted = decimal(wanted);
    wait::until("the drawdown", SOON, || async {
        let seen = config.get::<RiskConfig>().max_drawdown_pct;
        if seen == wanted { Ok(()) } else { Err(seen) }
    })
    .await;
}

/// What `future` yields, soon.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(SOON, future).await.expect("nothing happened")
}

/// How the block of that name stands.
pub(crate) fn state(config: &Config, block: &str) -> BlockState {
    config.status().block(block).unwrap().state.clone()
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// SQL that makes `columns` the active row of `block`.
pub(crate) fn insert(block: &str, columns: &[(&str, &str)]) -> String {
    let names: String = columns.iter().map(|(name, _)| format!(", {name}")).collect();
    let values: String = columns.iter().map(|(_, value)| format!(", {value}")).collect();
    format!("insert into {block}_config (status{names}) values ('active'{values});\n")
}

/// SQL that sets the score of the active row of `trading`.
pub(crate) fn set_score(score: &str) -> String {
    format!("update trading_config set score_threshold = {score} where status = 'active';\n")
}

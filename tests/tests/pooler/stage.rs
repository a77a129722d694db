//! What the tests play with: two blocks, and a configuration behind a pooler.

use std::time::Duration;

use config_sdk::{Config, ConfigBlock, ConfigBuilder, PushState};
use config_tests::pooler::Pooler;
use config_tests::postgres::Database;
use config_tests::wait;

/// Long enough for a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(15);
/// Longer than any test: what arrives did not come by polling.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug, ConfigBlock)]
pub(crate) struct LimitsConfig {
    #[config(default = 5, range = 1..=100)]
    pub(crate) most: u32,
}

#[derive(Debug, ConfigBlock)]
pub(crate) struct NamesConfig {
    #[config(default = "nobody")]
    pub(crate) first: String,
}

/// Both blocks on `database`, through `pooler`.
pub(crate) fn through(pooler: &Pooler, database: &Database) -> ConfigBuilder {
    let builder = Config::builder().block::<LimitsConfig>().block::<NamesConfig>();
    builder.url(&pooler.url(database)).start_timeout(SOON).ttl(HOUR).migrate()
}

/// Waits until push is known not to work, and yields why.
pub(crate) async fn poll_only(config: &Config) -> String {
    wait::until("poll only", SOON, || async {
        match config.status().push {
            PushState::PollOnly { reason } => Ok(reason),
            other => Err(other),
        }
    })
    .await
}

/// Waits until push works.
pub(crate) async fn listening(config: &Config) {
    wait::until("push", SOON, || async {
        let push = config.status().push;
        if push == PushState::Push { Ok(()) } else { Err(push) }
    })
    .await;
}

/// Makes `most` the limit, past the pooler.
pub(crate) fn set(database: &Database, most: u32) {
    database.psql(&format!(
        "update limits_config set status = 'archived' where status = 'active';
         insert into limits_config (status, most) values ('active', {most})"
    ));
}

/// Waits until readers have the limit `most`.
pub(crate) async fn sees(config: &Config, most: u32) {
    wait::until("the limit", SOON, || async {
        let seen = config.get::<LimitsConfig>().most;
        if seen == most { Ok(()) } else { Err(seen) }
    })
    .await;
}

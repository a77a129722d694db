//! Databases of many blocks and many keys.

use std::time::Duration;

use config_sdk::{Config, ConfigBlock, ConfigBuilder, KeyedOptions, PushState};
use config_tests::postgres::{Database, Server};
use config_tests::{hundred, numbered, seven, thousand, wait};

/// Longest wait for what is done at once.
pub(crate) const SOON: Duration = Duration::from_secs(60);
/// Longer than any run: what arrives did not come by polling.
pub(crate) const NEVER: Duration = Duration::from_secs(3600);

/// A block of which every copy is in memory.
#[derive(Debug, ConfigBlock)]
#[config(name = "guild", key(guild_id: String), resident)]
pub(crate) struct GuildConfig {
    #[config(default = 5)]
    pub(crate) daily: i64,
    #[config(default = "none")]
    pub(crate) note: String,
}

/// Seven blocks, a hundred, or a thousand.
pub(crate) fn blocks(count: usize) -> ConfigBuilder {
    let builder = Config::builder().start_timeout(SOON);
    match count {
        7 => seven!(builder),
        100 => hundred!(builder),
        numbered::MOST => thousand!(builder),
        other => panic!("there is no builder of {other} blocks"),
    }
}

/// The same, with the keyed block.
pub(crate) fn with_keys(count: usize) -> ConfigBuilder {
    blocks(count).keyed::<GuildConfig>(KeyedOptions::new())
}

/// A database of `count` blocks, each with a row, and of the keyed block with this many keys.
pub(crate) async fn database(server: &Server, count: usize, keys: usize) -> Database {
    let database = server.database();
    let builder = with_keys(count).url(&database.url());
    builder.migrate_now().await.expect("tables");
    database.psql(&format!("begin; {} commit", numbered::rows(count)));
    // Without the triggers, of which each row would be a change.
    database.psql(&format!(
        "set session_replication_role = replica;
         insert into guild_config (version, status, guild_id, daily)
             select 1, 'active', 'guild-' || n, 0 from generate_series(1, {keys}) n;
         analyze"
    ));
    database
}

/// Waits until push works and the pass that follows has ended.
pub(crate) async fn listening(config: &Config) {
    let listens = || async {
        let push = config.status().push;
        if push == PushState::Push { Ok(()) } else { Err(push) }
    };
    wait::until("push", SOON, listens).await;
    config.refresh_all().await.expect("a pass");
}

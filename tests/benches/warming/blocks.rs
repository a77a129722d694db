//! The blocks that are read, with the same five fields, and their tables.

use std::time::Duration;

use config_sdk::{Config, ConfigBlock, ConfigBuilder, KeyedOptions, PushState};
use config_tests::postgres::{Database, Server};
use config_tests::wait;

/// Longer than any measurement: what arrives did not come by polling.
const HOUR: Duration = Duration::from_secs(3600);

/// Longest wait for a million rows, on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(120);

/// Bounded: copies are loaded as they are asked for.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "guild", key(guild_id: String))]
pub(crate) struct GuildConfig {
    #[config(default = 100, range = 0..=10_000_000)]
    pub(crate) starting_balance: i64,
    #[config(default = 10, range = 1..=1000)]
    pub(crate) daily_amount: i64,
    #[config(default = 1000)]
    pub(crate) max_transfer: i64,
    #[config(default = 24)]
    pub(crate) cooldown_hours: i64,
    pub(crate) greeting: Option<String>,
}

/// Resident: every copy is in memory.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "club", key(guild_id: String), resident)]
pub(crate) struct ClubConfig {
    #[config(default = 100, range = 0..=10_000_000)]
    pub(crate) starting_balance: i64,
    #[config(default = 10, range = 1..=1000)]
    pub(crate) daily_amount: i64,
    #[config(default = 1000)]
    pub(crate) max_transfer: i64,
    #[config(default = 24)]
    pub(crate) cooldown_hours: i64,
    pub(crate) greeting: Option<String>,
}

/// How a block keeps its copies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Bounded,
    Resident,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Bounded, Self::Resident];

    /// What people, and processes among themselves, call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bounded => "bounded",
            Self::Resident => "resident",
        }
    }

    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Bounded => "guild_config",
            Self::Resident => "club_config",
        }
    }
}

/// The key of a guild.
pub(crate) fn guild(number: usize) -> String {
    format!("guild-{number:07}")
}

/// Starts a process with these blocks, of which the bounded one has room for so many copies.
pub(crate) fn builder(url: &str, kinds: &[Kind], room: usize) -> ConfigBuilder {
    let room = room.max(1);
    let options = KeyedOptions::new().max_entries(room).max_bytes(room * 4096).load_timeout(SOON);
    let builder = Config::builder().url(url).ttl(HOUR).start_timeout(SOON);
    kinds.iter().fold(builder, |builder, kind| match kind {
        Kind::Bounded => builder.keyed::<GuildConfig>(options.clone()),
        Kind::Resident => builder.keyed::<ClubConfig>(options.clone()),
    })
}

/// The same, until it is told of changes.
pub(crate) async fn start(url: &str, kinds: &[Kind], room: usize) -> Config {
    listening(builder(url, kinds, room)).await
}

/// What comes of a builder once it is told of changes.
pub(crate) async fn listening(builder: ConfigBuilder) -> Config {
    let config = builder.start().await.expect("a configuration");
    wait::until("push", SOON, || async { config.status().push == PushState::Push }).await;
    config
}

/// A database with so many rows of each of these blocks, put in without the triggers' work.
pub(crate) async fn filled(kinds: &[Kind], count: usize) -> Database {
    let database = Server::shared().database();
    builder(&database.url(), kinds, 1).migrate_now().await.expect("tables");
    for table in kinds.iter().map(|kind| kind.table()) {
        database.psql(&format!(
            "begin; alter table {table} disable trigger user; \
             insert into {table} (version, status, guild_id, starting_balance, daily_amount, greeting) \
             select 1, 'active', 'guild-' || lpad(n::text, 7, '0'), n, n % 1000 + 1, \
             'Welcome to guild ' || n || ', stranger' from generate_series(0, {count} - 1) n; \
             alter table {table} enable trigger user; commit; vacuum analyze {table}"
        ));
    }
    database
}

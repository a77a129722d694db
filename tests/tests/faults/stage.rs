//! What a fault happens to: a server, a network, a program that reads, somebody who writes.

use std::time::Duration;

use config_sdk::{BlockState, Config, ConfigBuilder, KeptState, PushState, Status, StoreState};
use config_tests::postgres::{Database, Role, Server};
use config_tests::proxy::Proxy;
use config_tests::wait;

use crate::blocks::{NorthConfig, SouthConfig};
use crate::program::Program;
use crate::readers::Readers;
use crate::writer::Writer;

/// Longer than any test runs: what arrives did not come by polling.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
/// Longest wait for what comes at once on a machine that is not busy.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A program with two blocks, reached through a [`Proxy`], as a role that may only read.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) role: Role,
    pub(crate) proxy: Proxy,
    pub(crate) program: Program,
    pub(crate) config: Config,
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
}

impl Stage {
    /// On a healthy server of its own, with push working and the writer at work.
    pub(crate) async fn new() -> Self {
        Self::on(Server::start(), "", |builder| builder).await
    }

    /// On `server`, with these options in the URL, and set up further by `set`.
    pub(crate) async fn on(
        server: Server,
        options: &str,
        set: impl FnOnce(ConfigBuilder) -> ConfigBuilder,
    ) -> Self {
        let port = server.port();
        Self::through(port, server, options, |builder, _| set(builder)).await
    }

    /// The same, on what listens at `port` and leads to `server`; `set` is given the role's URL there.
    pub(crate) async fn through(
        port: u16,
        server: Server,
        options: &str,
        set: impl FnOnce(ConfigBuilder, &str) -> ConfigBuilder,
    ) -> Self {
        let database = server.database();
        migrate(&database).await;
        let role = reader(&database);
        let proxy = Proxy::to(port);
        let real = format!(":{}/", server.port());
        let url = role.url.replace(&real, &format!(":{}/", proxy.port())) + options;
        let builder = builder().url(&url).ttl(HOUR).start_timeout(SOON);
        let program = Program::new();
        let config = program.start(set(builder, &role.url)).await;
        let writer = Writer::start(database.url());
        let readers = Readers::start(&config);
        let stage = Self { server, database, role, proxy, program, config, writer, readers };
        wait::until("push and the first change", SOON, || async {
            let status = stage.config.status();
            if is_well(&status) && stage.readers.newest() > 0 { Ok(()) } else { Err(status) }
        })
        .await;
        stage
    }

    /// Ends the program's sessions of which `which` holds, and says how many there were.
    pub(crate) fn end_sessions(&self, which: &str) -> String {
        self.database.psql(&format!(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity \
             where usename = '{}' and {which}",
            self.role.name
        ))
    }

    /// Lets the program in with this password alone.
    pub(crate) fn set_password(&self, password: &str) {
        self.database.psql(&format!("alter role {} password '{password}'", self.role.name));
    }

    /// The password in the program's URL.
    pub(crate) fn role_password(&self) -> &str {
        self.role.url.split([':', '@']).nth(2).expect("a password")
    }
}

/// The two blocks.
pub(crate) fn builder() -> ConfigBuilder {
    Config::builder().block::<NorthConfig>().block::<SouthConfig>()
}

/// Makes the tables that are missing, and a row in each that has none.
pub(crate) async fn migrate(database: &Database) {
    builder().url(&database.url()).start_timeout(SOON).migrate_now().await.expect("migrated");
    for block in ["north", "south"] {
        database.psql(&format!(
            "insert into {block}_config (status) select 'active' \
             where not exists (select from {block}_config)"
        ));
    }
}

/// Whether everything is as it should be.
pub(crate) fn is_well(status: &Status) -> bool {
    let is_fresh =
        |block: &config_sdk::BlockStatus| block.state == BlockState::Fresh && block.error.is_none();
    status.store == StoreState::Connected
        && status.push == PushState::Push
        && !matches!(status.kept, KeptState::Failing { .. })
        && status.blocks.iter().all(is_fresh)
}

/// Whether the store is said to be lost.
pub(crate) fn is_unreachable(status: &Status) -> bool {
    status.store != StoreState::Connected
}

/// Whether the store or push is said to be lost.
pub(crate) fn is_lost(status: &Status) -> bool {
    status.store != StoreState::Connected || status.push != PushState::Push
}

/// A role that may read the blocks and nothing else, also those of tables that are made later.
fn reader(database: &Database) -> Role {
    let role = database.role("");
    database.psql(&format!(
        "grant usage on schema config_sdk to {0};
         grant select on all tables in schema config_sdk, public to {0};
         alter default privileges grant select on tables to {0};",
        role.name
    ));
    role
}

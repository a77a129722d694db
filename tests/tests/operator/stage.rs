//! What the tests start from: a store of their own, an operator of it, and somebody who edits it by
//! other means.

use std::time::Duration;

use config_sdk::{Config, ConfigBuilder, KeyedOptions, MemoryStore, Operator};
use config_tests::postgres::{Database, Server};
use tempfile::TempDir;

use crate::blocks::{
    BytesConfig, LegacyConfig, PaceConfig, RiskConfig, StrategyConfig, TradingConfig,
};

/// Longest wait for what a healthy library does at once, on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// Longer than any test runs: what arrives did not come by polling.
const HOUR: Duration = Duration::from_secs(3600);

/// A store.
pub(crate) enum Stage {
    Memory(MemoryStore),
    Sqlite(TempDir),
    Postgres(Database),
}

impl Stage {
    pub(crate) fn memory() -> Self {
        Self::Memory(MemoryStore::new())
    }

    pub(crate) async fn sqlite() -> Self {
        let stage = Self::Sqlite(tempfile::tempdir().unwrap());
        stage.builder().migrate_now().await.unwrap();
        stage.sql("create table legacy (owner integer primary key, size integer)");
        stage.builder().adopt_now().await.unwrap();
        stage
    }

    pub(crate) async fn postgres() -> Self {
        let stage = Self::Postgres(Server::shared().database());
        stage.builder().migrate_now().await.unwrap();
        stage.sql("create table legacy (owner bigint primary key, size integer)");
        stage.builder().adopt_now().await.unwrap();
        stage
    }

    /// A program with all blocks on this store.
    pub(crate) fn builder(&self) -> ConfigBuilder {
        let builder = Config::builder()
            .block::<TradingConfig>()
            .block::<RiskConfig>()
            .block::<PaceConfig>()
            .keyed::<BytesConfig>(KeyedOptions::new())
            .keyed::<StrategyConfig>(KeyedOptions::new())
            .keyed::<LegacyConfig>(KeyedOptions::new())
            .ttl(HOUR)
            .start_timeout(SOON);
        self.with(builder)
    }

    /// A program of its own on this store.
    pub(crate) fn with(&self, builder: ConfigBuilder) -> ConfigBuilder {
        match self {
            Self::Memory(store) => builder.store(store.clone()),
            Self::Sqlite(folder) => builder.url(&format!("sqlite:{}", file(folder))),
            Self::Postgres(database) => builder.url(&database.url()),
        }
    }

    pub(crate) async fn start(&self) -> Config {
        self.builder().start().await.unwrap()
    }

    /// Anna, at the command line.
    pub(crate) fn operator(&self) -> Operator {
        self.builder().operator().unwrap().author("anna")
    }

    /// Sets a column of the active row of `block`, by other means than this library's.
    pub(crate) fn edit(&self, block: &str, column: &str, text: &str) {
        if let Self::Memory(store) = self {
            store.transaction(|edit| edit.set(block, column, text));
            return;
        }
        let table = format!("{block}_config");
        self.sql(&format!(
            "insert into {table} (status) select 'active'
                where not exists (select 1 from {table} where status = 'active');
             update {table} set {column} = '{text}' where status = 'active'"
        ));
    }

    /// Runs SQL, on a store that has it.
    pub(crate) fn sql(&self, sql: &str) {
        match self {
            Self::Memory(_) => panic!("there is no SQL in memory"),
            Self::Sqlite(folder) => {
                let connection = rusqlite::Connection::open(file(folder)).unwrap();
                connection.busy_timeout(SOON).unwrap();
                connection.execute_batch(sql).unwrap();
            }
            Self::Postgres(database) => drop(database.psql(sql)),
        }
    }

    /// Everything that the store keeps beside the tables of blocks, as text; in memory, nothing.
    pub(crate) fn bookkeeping(&self) -> String {
        match self {
            Self::Memory(_) => String::new(),
            Self::Sqlite(folder) => {
                let connection = rusqlite::Connection::open(file(folder)).unwrap();
                let tables = "select name from sqlite_master
                    where type = 'table' and name like 'config_sdk_%'";
                let mut tables = connection.prepare(tables).unwrap();
                let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
                let rows = tables.map(|table| {
                    let sql = format!("select * from {}", table.unwrap());
                    let mut statement = connection.prepare(&sql).unwrap();
                    let columns = statement.column_count();
                    let rows = statement.query_map([], |row| {
                        let cell = |index| row.get::<_, rusqlite::types::Value>(index);
                        (0..columns).map(cell).collect::<Result<Vec<_>, _>>()
                    });
                    rows.unwrap().map(|row| format!("{:?}\n", row.unwrap())).collect::<String>()
                });
                rows.collect()
            }
            Self::Postgres(database) => {
                let tables = "select string_agg(relname, ' ') from pg_class
                    where relnamespace = 'config_sdk'::regnamespace and relkind = 'r'";
                let tables = database.psql(tables);
                let rows = tables.split(' ').map(|table| {
                    database.psql(&format!("select t::text from config_sdk.{table} t"))
                });
                rows.collect()
            }
        }
    }
}

fn file(folder: &TempDir) -> String {
    folder.path().join("config.db").display().to_string()
}

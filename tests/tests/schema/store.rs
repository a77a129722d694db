//! A store of its own for each test, reached as a program does and as a person with SQL does.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use config_sdk::{
    Config, ConfigBlock, ConfigBuilder, Dialect, Difference, PostgresStore, Source, SqliteStore,
    Step,
};
use config_tests::postgres::{Database, Server};
use rusqlite::Connection;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::ValueRef;

/// Generous: the machine may be busy with other tests.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Runs each story, an `async fn(Store)`, on both kinds of store.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { super::$story(crate::store::Store::postgres()).await })*
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() { super::$story(crate::store::Store::sqlite()).await })*
        }
    };
}
pub(crate) use on_both;

/// A database or a file, gone with this value.
pub(crate) enum Store {
    Postgres(Database),
    Sqlite(File),
}

/// A file in a folder of its own.
pub(crate) struct File(PathBuf);

impl Store {
    pub(crate) fn postgres() -> Self {
        Self::Postgres(Server::shared().database())
    }

    pub(crate) fn sqlite() -> Self {
        let folder = format!("config-tests-schema-{:016x}", fastrand::u64(..));
        let folder = env::temp_dir().join(folder);
        fs::create_dir(&folder).unwrap();
        Self::Sqlite(File(folder))
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Postgres(database) => database.url(),
            Self::Sqlite(file) => format!("sqlite:{}", file.path().display()),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(_) => Dialect::Postgres,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// A source of its own, as a program would hold it.
    pub(crate) fn source(&self) -> Arc<dyn Source> {
        match self {
            Self::Postgres(database) => Arc::new(PostgresStore::new(&database.url()).unwrap()),
            Self::Sqlite(file) => Arc::new(SqliteStore::new(file.path())),
        }
    }

    /// A program with the block `T`.
    pub(crate) fn program<T: ConfigBlock>(&self) -> ConfigBuilder {
        Config::builder().block::<T>().url(&self.url()).start_timeout(SOON)
    }

    pub(crate) async fn migrate<T: ConfigBlock>(&self) -> Vec<Step> {
        self.program::<T>().migrate_now().await.unwrap()
    }

    pub(crate) async fn start<T: ConfigBlock>(&self) -> Config {
        self.program::<T>().start().await.unwrap()
    }

    pub(crate) async fn check<T: ConfigBlock>(&self) -> Vec<Difference> {
        self.source().store().unwrap().check(&[T::schema()]).await.unwrap()
    }

    /// Runs SQL that a person types; the error is what the person gets to read.
    pub(crate) fn attempt(&self, sql: &str) -> Result<String, String> {
        match self {
            Self::Postgres(database) => database.try_psql(sql),
            Self::Sqlite(file) => file.run(sql).map_err(|error| error.to_string()),
        }
    }

    /// Runs SQL and returns the rows of its last statement as lines, columns separated by `|`.
    #[track_caller]
    pub(crate) fn sql(&self, sql: &str) -> String {
        self.attempt(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// Why SQL is refused.
    #[track_caller]
    pub(crate) fn refusal(&self, sql: &str) -> String {
        match self.attempt(sql) {
            Ok(rows) => panic!("not refused: {sql}\n{rows}"),
            Err(error) => error,
        }
    }

    pub(crate) fn epoch(&self) -> u64 {
        let epoch = self.sql(&format!("select epoch from {}", self.bookkeeping("epoch")));
        epoch.parse().unwrap()
    }

    /// The table of the bookkeeping that Postgres calls `config_sdk.{name}`.
    pub(crate) fn bookkeeping(&self, name: &str) -> String {
        let between = if self.is_postgres() { "." } else { "_" };
        format!("config_sdk{between}{name}")
    }

    /// Everything the store is made of, as text.
    pub(crate) fn structure(&self) -> String {
        match self {
            Self::Postgres(database) => {
                let dump = database.dump(&["--schema-only", "--no-acl"]);
                // Newer releases put a random word around their dumps.
                let lines = dump.lines().filter(|line| !line.starts_with('\\'));
                lines.collect::<Vec<_>>().join("\n")
            }
            Self::Sqlite(_) => {
                self.sql("select type, name, sql from sqlite_master order by type, name")
            }
        }
    }
}

impl File {
    pub(crate) fn path(&self) -> PathBuf {
        self.0.join("config.db")
    }

    /// As the `sqlite3` program does it: statement by statement, rows as lines.
    fn run(&self, sql: &str) -> rusqlite::Result<String> {
        let connection = Connection::open(self.path())?;
        connection.busy_timeout(SOON)?;
        let mut statements = rusqlite::Batch::new(&connection, sql);
        let mut lines = Vec::new();
        while let Some(mut statement) = statements.next()? {
            lines.clear();
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let cells = (0..columns).map(|column| row.get_ref(column).map(shown));
                lines.push(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"));
            }
        }
        Ok(lines.join("\n"))
    }
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // What is left in the folder for temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

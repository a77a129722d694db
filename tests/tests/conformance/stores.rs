//! The stores that come with the library, and the source of a page, run through the suite.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use config_sdk::testing::conformance::{self, Row, Subject, blocks, keyed_blocks};
use config_sdk::{BlockSchema, BoxFuture, FieldSchema, Kind, MemoryStore, Source, SqliteStore};
use config_tests::postgres::{Database, Role, Server};
use tempfile::TempDir;
use tokio_postgres::Client;

use crate::json_file::JsonFile;

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_contract() {
    conformance::hold(&Memory(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    conformance::hold(&Sqlite::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract() {
    conformance::hold(&Postgres::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_a_page_keeps_the_contract() {
    conformance::hold(&File::new()).await;
}

/// A store in memory.
pub(crate) struct Memory(pub(crate) MemoryStore);

impl Subject for Memory {
    fn source(&self) -> Arc<dyn Source> {
        Arc::new(self.0.clone())
    }

    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
        self.0.transaction(|edit| {
            for row in rows {
                let (block, columns) = (row.block.name, row.columns.clone());
                match (&row.key, columns) {
                    (None, Some(columns)) => edit.put(block, columns),
                    (None, None) => edit.remove(block),
                    (Some(key), Some(columns)) => edit.put_key(block, key, columns),
                    (Some(key), None) => edit.remove_key(block, key),
                }
            }
        });
        Box::pin(std::future::ready(()))
    }

    fn spoil<'a>(&'a self, block: &'static BlockSchema, spoilt: bool) -> BoxFuture<'a, bool> {
        self.0.unreadable(block.name, spoilt.then_some("its table was dropped"));
        Box::pin(std::future::ready(true))
    }

    fn has_keys(&self) -> bool {
        true
    }
}

/// An SQLite file, edited as another process would.
pub(crate) struct Sqlite(TempDir);

impl Sqlite {
    pub(crate) async fn new() -> Self {
        let sqlite = Self(tempfile::tempdir().unwrap());
        let source = sqlite.source();
        let store = source.store().unwrap();
        store.migrate(&[blocks(), keyed_blocks()].concat()).await.unwrap();
        sqlite
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("config.db")
    }

    fn run(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        connection.execute_batch(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }
}

impl Subject for Sqlite {
    fn source(&self) -> Arc<dyn Source> {
        Arc::new(SqliteStore::new(self.path()))
    }

    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
        let literal = |field: &FieldSchema, text: &str| match field.kind {
            Kind::Bool => u8::from(text == "true").to_string(),
            _ => quoted(text),
        };
        self.run(&format!("begin immediate;{} commit", edits(rows, literal)));
        Box::pin(std::future::ready(()))
    }

    fn spoil<'a>(&'a self, block: &'static BlockSchema, spoilt: bool) -> BoxFuture<'a, bool> {
        self.run(&renamed(block, spoilt));
        Box::pin(std::future::ready(true))
    }

    fn has_keys(&self) -> bool {
        true
    }
}

/// A database of its own, read by a role with a password and edited by another.
pub(crate) struct Postgres {
    _database: Database,
    reader: Role,
    editor: Client,
}

impl Postgres {
    pub(crate) async fn new() -> Self {
        let database = Server::shared().database();
        let editor = database.client().await;
        let reader = database.role("superuser");
        let postgres = Self { _database: database, reader, editor };
        let source = postgres.source();
        let store = source.store().unwrap();
        store.migrate(&[blocks(), keyed_blocks()].concat()).await.unwrap();
        postgres
    }
}

impl Subject for Postgres {
    fn source(&self) -> Arc<dyn Source> {
        Arc::new(config_sdk::PostgresStore::new(&self.reader.url).unwrap())
    }

    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
        let sql = format!("begin;{} commit", edits(rows, |_, text| quoted(text)));
        Box::pin(async move { self.editor.batch_execute(&sql).await.unwrap() })
    }

    fn spoil<'a>(&'a self, block: &'static BlockSchema, spoilt: bool) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let sql = renamed(block, spoilt);
            self.editor.batch_execute(&sql).await.is_ok()
        })
    }

    fn has_keys(&self) -> bool {
        true
    }

    fn password(&self) -> Option<String> {
        let (_, rest) = self.reader.url.rsplit_once(&self.reader.name)?;
        let (password, _) = rest.strip_prefix(':')?.split_once('@')?;
        Some(password.to_owned())
    }
}

/// A JSON file, exchanged as a whole.
struct File(TempDir);

impl File {
    fn new() -> Self {
        let file = Self(tempfile::tempdir().unwrap());
        file.save(&BTreeMap::new());
        file
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("config.json")
    }

    fn load(&self) -> BTreeMap<String, serde_json::Value> {
        let text = std::fs::read_to_string(self.path()).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn save(&self, document: &BTreeMap<String, serde_json::Value>) {
        let draft = self.0.path().join("draft.json");
        std::fs::write(&draft, serde_json::to_string(document).unwrap()).unwrap();
        std::fs::rename(draft, Path::new(&self.path())).unwrap();
    }
}

impl Subject for File {
    fn source(&self) -> Arc<dyn Source> {
        Arc::new(JsonFile::new(self.path()))
    }

    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
        let mut document = self.load();
        for row in rows {
            document.remove(row.block.name);
            if let Some(columns) = &row.columns {
                document.insert(row.block.name.to_owned(), serde_json::json!(columns));
            }
        }
        self.save(&document);
        Box::pin(std::future::ready(()))
    }

    fn spoil<'a>(&'a self, block: &'static BlockSchema, spoilt: bool) -> BoxFuture<'a, bool> {
        let mut document = self.load();
        let away = format!("{} away", block.name);
        if spoilt {
            let columns = document.insert(block.name.to_owned(), serde_json::json!("rubbish"));
            document.insert(away, columns.unwrap());
        } else {
            let columns = document.remove(&away).unwrap();
            document.insert(block.name.to_owned(), columns);
        }
        self.save(&document);
        Box::pin(std::future::ready(true))
    }
}

/// The statements that make each row the active one of its table, or of its key.
fn edits(rows: &[Row], literal: impl Fn(&FieldSchema, &str) -> String) -> String {
    let mut sql = String::new();
    for row in rows {
        let table = &row.block.table;
        let parts = row.key.iter().flat_map(|key| key.parts());
        let parts = parts.map(Some).chain(std::iter::repeat(None));
        let keys: Vec<_> = row.block.keys.iter().map(|key| key.name).zip(parts).collect();
        let same = |(name, part): &(&str, Option<&str>)| match part {
            Some(part) => format!(" and {name} = {}", quoted(part)),
            None => format!(" and {name} is null"),
        };
        let same: String = keys.iter().map(same).collect();
        sql += &format!(" delete from {table} where true{same};");
        let Some(columns) = &row.columns else {
            continue;
        };
        let fields = row.block.fields.iter().map(|field| {
            let text = columns[field.column].as_ref();
            (field.column, text.map_or("null".to_owned(), |text| literal(field, text)))
        });
        let keys = keys.iter().map(|(name, part)| (*name, part.map_or("null".to_owned(), quoted)));
        let (names, texts): (Vec<_>, Vec<_>) = keys.chain(fields).unzip();
        let (names, texts) = (names.join(", "), texts.join(", "));
        sql += &format!(" insert into {table} (status, {names}) values ('active', {texts});");
    }
    sql
}

fn renamed(block: &BlockSchema, away: bool) -> String {
    let table = &block.table;
    if away {
        format!("alter table {table} rename to {table}_away")
    } else {
        format!("alter table {table}_away rename to {table}")
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

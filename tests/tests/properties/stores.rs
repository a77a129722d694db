//! SQLite and Postgres give a block back as it was written by SQL.

use config_sdk::{Config, ConfigBlock, Dialect, Kind, MemoryStore, Request, Source};
use config_tests::postgres::Server;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::block::{Everything, everything, shown};

/// How many blocks are written to each store.
const CASES: usize = 100;

#[tokio::test]
async fn a_block_written_to_sqlite_is_the_block_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let run = |sql: &str| connection.execute_batch(sql).unwrap_or_else(|e| panic!("{e}\n{sql}"));
    run(&Config::builder().block::<Everything>().schema(Dialect::Sqlite));
    let builder = Config::builder().block::<Everything>();
    let config = builder.url(&format!("sqlite:{}", path.display())).start().await.unwrap();
    for block in blocks() {
        run(&insert(&block, Dialect::Sqlite).await);
        let report = config.refresh_all().await.unwrap();
        assert_eq!(shown(&config.get::<Everything>()), shown(&block), "{report}");
    }
}

#[tokio::test]
async fn a_block_written_to_postgres_is_the_block_that_is_read() {
    let database = Server::shared().database();
    let client = database.client().await;
    let builder = Config::builder().block::<Everything>().url(&database.url());
    let config = builder.migrate().start().await.unwrap();
    for block in blocks() {
        let sql = insert(&block, Dialect::Postgres).await;
        client.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
        let report = config.refresh_all().await.unwrap();
        assert_eq!(shown(&config.get::<Everything>()), shown(&block), "{report}");
    }
}

fn blocks() -> impl Iterator<Item = Everything> {
    let mut runner = TestRunner::deterministic();
    let every = everything();
    (0..CASES).map(move |_| every.new_tree(&mut runner).unwrap().current())
}

/// The statements that make `block` the active row.
async fn insert(block: &Everything, dialect: Dialect) -> String {
    let columns = stored(block).await;
    let schema = Everything::schema();
    let mut names = Vec::new();
    let mut texts = Vec::new();
    for field in &schema.fields {
        let Some(Some(text)) = columns.get(field.column) else {
            continue;
        };
        names.push(field.column);
        texts.push(match (field.kind, dialect) {
            (Kind::Bool, Dialect::Sqlite) => u8::from(text == "true").to_string(),
            _ => format!("'{}'", text.replace('\'', "''")),
        });
    }
    let (table, names, texts) = (&schema.table, names.join(", "), texts.join(", "));
    format!("delete from {table}; insert into {table} (status, {names}) values ('active', {texts})")
}

/// The columns of `block` as a store keeps them.
async fn stored(block: &Everything) -> std::collections::BTreeMap<String, Option<String>> {
    let store = MemoryStore::new();
    store.put(block);
    let blocks = [Everything::schema()];
    let mut fetched = store.fetch(Request::everything(&blocks)).await.unwrap();
    let record = fetched.blocks.remove("everything").unwrap().unwrap();
    record.unwrap().columns
}

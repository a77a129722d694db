//! What a person may do to a block's table by hand, and a field's name may be.

use std::path::Path;

use config_sdk::{Config, ConfigBlock};
use config_tests::postgres::Server;

use crate::stage::SOON;

/// Words that the store's own SQL uses for something else.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[rustfmt::skip]
struct WordsConfig {
    #[config(default = 1)] n: i64, #[config(default = 1)] o: i64, #[config(default = 1)] t: i64,
    #[config(default = 1)] c: i64, #[config(default = 1)] e: i64, #[config(default = 1)] key: i64,
    #[config(default = 1)] keys: i64, #[config(default = 1)] shown: i64,
    #[config(default = 1)] next: i64, #[config(default = 1)] gone: i64,
    #[config(default = 1)] new: i64, #[config(default = 1)] old: i64,
    #[config(default = 1)] block: i64, #[config(default = 1)] epoch: i64,
    #[config(default = 1)] record: i64, #[config(default = 1)] value: i64,
    #[config(default = 1)] order: i64, #[config(default = 1)] select: i64,
    #[config(default = 1)] used: i64, #[config(default = 1)] same_key: i64,
}

const NAMES: [&str; 20] = [
    "n", "o", "t", "c", "e", "key", "keys", "shown", "next", "gone", "new", "old", "block",
    "epoch", "record", "value", "order", "select", "used", "same_key",
];

fn statements() -> [String; 2] {
    let names = NAMES.map(|name| format!("\"{name}\"")).join(", ");
    let sets = NAMES.map(|name| format!("\"{name}\" = 3")).join(", ");
    [
        format!("insert into words_config (status, {names}) values ('active'{})", ", 2".repeat(20)),
        format!("update words_config set {sets}"),
    ]
}

fn all(config: &Config) -> Vec<i64> {
    let view = config.block("words").unwrap();
    view.fields.iter().filter_map(|(_, value)| value.as_i64()).collect()
}

async fn start(url: &str) -> Config {
    let builder = Config::builder().block::<WordsConfig>().url(url).start_timeout(SOON);
    builder.migrate().start().await.unwrap()
}

#[tokio::test]
async fn a_field_may_have_any_name_in_postgres() {
    let database = Server::shared().database();
    let config = start(&database.url()).await;
    for (number, sql) in (2..).zip(statements()) {
        database.psql(&sql);
        config.refresh_all().await.unwrap();
        assert_eq!(all(&config), [number; 20]);
    }
    database.psql("truncate words_config");
    config.refresh_all().await.unwrap();
    assert_eq!(all(&config), [1; 20]);
}

#[tokio::test]
async fn a_field_may_have_any_name_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let config = start(&format!("sqlite:{}", path.display())).await;
    let writer = sqlite(&path);
    for (number, sql) in (2..).zip(statements()) {
        writer.execute_batch(&sql).unwrap();
        config.refresh_all().await.unwrap();
        assert_eq!(all(&config), [number; 20]);
    }
    writer.execute_batch("delete from words_config").unwrap();
    config.refresh_all().await.unwrap();
    assert_eq!(all(&config), [1; 20]);
}

fn sqlite(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.busy_timeout(SOON).unwrap();
    connection
}

//! Starting without a store: defaults and a warning, or an error where the block says so; never a hang.

use std::path::Path;
use std::time::{Duration, Instant};

use config_sdk::{BlockState, Config, Origin, StartError};
use config_tests::postgres::Server;
use config_tests::proxy::Proxy;

use crate::blocks::{LedgerConfig, RiskConfig, TradingConfig};
use crate::log;
use crate::stage::{self, SOON};

const TIMEOUT: Duration = Duration::from_secs(1);
/// What a busy machine may add to it.
const GRACE: Duration = Duration::from_millis(900);

/// Starts both ways on a store that cannot be read: with defaults, and with a block that requires
/// the store. `reason` is part of what the log and the error say.
async fn no_store_at(url: &str, reason: &str) {
    log::keep();
    let began = Instant::now();
    let config = stage::builder().url(url).start_timeout(TIMEOUT).start().await.unwrap();
    assert!(began.elapsed() < TIMEOUT + GRACE, "start took {:?}", began.elapsed());
    assert_eq!(*config.get::<TradingConfig>(), TradingConfig::default());
    assert_eq!(config.get::<RiskConfig>().meta().origin, Origin::Default);
    assert!(matches!(stage::state(&config, "trading"), BlockState::Stale { .. }));
    assert!(!config.ready(Duration::ZERO).await);
    let warnings = log::warnings("the store cannot be read");
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(warnings[0].contains(reason), "{warnings:#?}");

    let builder = Config::builder().block::<TradingConfig>().block::<LedgerConfig>();
    let began = Instant::now();
    let error = builder.url(url).start_timeout(TIMEOUT).start().await.unwrap_err();
    assert!(began.elapsed() < TIMEOUT + GRACE, "start took {:?}", began.elapsed());
    let StartError::Required { blocks, reason: told } = &error else { panic!("{error}") };
    assert_eq!(blocks, &["ledger"]);
    assert!(told.contains(reason), "{told}");
    let said = error.to_string();
    assert!(said.starts_with("no value for ledger, which start requires: "), "{said}");
    for text in [said, config.status().to_string(), format!("{config:?} {error:?}"), log::said()] {
        assert!(!text.contains("hunter2"), "a password is shown: {text}");
    }
}

fn url(port: u16) -> String {
    format!("postgres://app:hunter2@127.0.0.1:{port}/shop")
}

#[tokio::test]
async fn start_without_a_store_behind_a_refused_port() {
    let proxy = Proxy::to(1);
    proxy.cut();
    no_store_at(&url(proxy.port()), "Connection refused").await;
}

#[tokio::test]
async fn start_without_a_store_behind_a_black_hole() {
    let proxy = Proxy::to(1);
    proxy.freeze();
    no_store_at(&url(proxy.port()), "no answer within").await;
}

#[tokio::test]
async fn start_without_a_store_on_a_frozen_server() {
    let server = Server::start();
    let place = url(server.port());
    server.freeze();
    no_store_at(&place, "no answer within").await;
}

#[tokio::test]
async fn start_without_a_store_behind_a_wrong_password() {
    let database = Server::shared().database();
    let role = database.role("");
    let (before, place) = role.url.split_once('@').unwrap();
    let (user, _) = before.rsplit_once(':').unwrap();
    let reason = format!("does not let `{}` in", role.name);
    no_store_at(&format!("{user}:hunter2@{place}"), &reason).await;
}

#[tokio::test]
async fn start_without_a_store_in_a_missing_database() {
    let url = Server::shared().url("nowhere");
    no_store_at(&url, "there is no database `nowhere`: create it, or correct the URL").await;
}

#[tokio::test]
async fn start_without_a_store_in_a_database_that_is_not_set_up() {
    let database = Server::shared().database();
    let remedy = "add `.migrate()`, or run the SQL that `schema` prints";
    no_store_at(&database.url(), remedy).await;
}

#[tokio::test]
async fn start_without_a_store_where_the_user_may_not_read_it() {
    let database = stage::database().await;
    let role = database.role("");
    no_store_at(&role.url, "lacks a privilege").await;
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

#[tokio::test]
async fn start_without_a_store_in_a_missing_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    no_store_at(&sqlite(&path), "correct the path, or add `.migrate()` to make it").await;
    assert!(!path.exists(), "reading made the file");
}

#[tokio::test]
async fn start_without_a_store_in_a_missing_folder_for_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nowhere/config.db");
    no_store_at(&sqlite(&path), "there is no file").await;
    log::keep();
    let builder = stage::builder().url(&sqlite(&path)).start_timeout(TIMEOUT);
    builder.migrate().start().await.unwrap();
    let warnings = log::warnings("see that its folder exists and may be written");
    assert_eq!(warnings.len(), 1, "{}", log::said());
}

#[tokio::test]
async fn start_without_a_store_in_a_file_that_is_no_sqlite_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    std::fs::write(&path, "this is not a database at all. ".repeat(100)).unwrap();
    no_store_at(&sqlite(&path), "is not an SQLite database: correct the path").await;
}

#[tokio::test]
async fn start_without_a_store_in_an_empty_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    std::fs::write(&path, "").unwrap();
    no_store_at(&sqlite(&path), "has no config_sdk tables: add `.migrate()`").await;
}

#[tokio::test]
async fn a_missing_table_fails_start_only_for_the_block_that_requires_it() {
    let database = stage::database().await;
    let builder = stage::builder().block::<LedgerConfig>().url(&database.url());
    let error = builder.start_timeout(SOON).start().await.unwrap_err().to_string();
    assert!(error.contains("no value for ledger") && error.contains("ledger_config"), "{error}");
    assert!(error.contains(".migrate()"), "{error}");
}

#[tokio::test]
async fn a_rejected_row_fails_start_for_the_block_that_requires_it_with_its_faults() {
    let store = config_sdk::MemoryStore::new();
    store.set("ledger", [("fee", "none")]);
    let builder = Config::builder().block::<LedgerConfig>().store(store);
    let error = builder.start().await.unwrap_err().to_string();
    assert!(error.contains("ledger.fee = none"), "{error}");
}

#[tokio::test]
async fn a_store_that_comes_up_after_start_is_read_without_a_restart() {
    let database = stage::database().await;
    database.psql(&stage::insert("trading", &[("score_threshold", "0.8")]));
    let proxy = Proxy::to(database.server().port());
    proxy.cut();
    let builder = stage::builder().url(&database.url_through(proxy.port()));
    let config = builder.start_timeout(Duration::from_millis(300)).start().await.unwrap();
    assert_eq!(*config.get::<TradingConfig>(), TradingConfig::default());
    proxy.heal();
    stage::score(&config, "0.8").await;
    assert!(config.ready(SOON).await);
}

#[tokio::test]
async fn a_store_that_comes_up_while_start_waits_is_waited_for() {
    let database = stage::database().await;
    database.psql(&stage::insert("trading", &[("score_threshold", "0.8")]));
    let proxy = Proxy::to(database.server().port());
    proxy.cut();
    let builder = stage::builder().url(&database.url_through(proxy.port()));
    let start = tokio::spawn(builder.start_timeout(SOON).start());
    tokio::time::sleep(Duration::from_millis(300)).await; // so that it fails at least once
    proxy.heal();
    let config = start.await.unwrap().unwrap();
    assert_eq!(config.get::<TradingConfig>().score_threshold, stage::decimal("0.8"));
}

//! The promises that a file has to keep: changes by other processes, exchanged files, held locks.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use config_sdk::{BlockState, Config, Event, Origin, StoreState, Trigger};
use config_tests::wait;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::blocks::{RiskConfig, TradingConfig};
use crate::log;
use crate::stage::{self, SOON, decimal, insert, set_score};

/// A file of our own, gone with this value.
struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("config.db")
    }

    async fn start(&self) -> Config {
        let builder = stage::builder().url(&format!("sqlite:{}", self.path().display()));
        let config = builder.start_timeout(SOON).migrate().start().await.unwrap();
        stage::listening(&config).await;
        config
    }

    /// A connection as another process would have it.
    fn other(&self) -> Connection {
        open(&self.path())
    }
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(SOON).unwrap();
    connection
}

#[tokio::test]
async fn a_change_to_an_sqlite_file_by_another_process_arrives_in_milliseconds() {
    let file = File::new();
    let config = file.start().await;
    let other = file.other();
    other.execute_batch(&insert("trading", &[("score_threshold", "0.5")])).unwrap();
    stage::score(&config, "0.5").await;
    let mut delays = Vec::new();
    for score in ["0.11", "0.22", "0.33", "0.44", "0.55"] {
        let began = Instant::now();
        other.execute_batch(&set_score(score)).unwrap();
        stage::score(&config, score).await;
        delays.push(began.elapsed());
    }
    delays.sort();
    println!("from before the statement to the reader: {delays:?}");
    assert!(delays[2] < Duration::from_millis(500), "{delays:?}");
    assert_eq!(config.get::<TradingConfig>().meta().version, 6);
}

#[tokio::test]
async fn blocks_of_an_sqlite_file_changed_in_one_transaction_are_published_together() {
    let file = File::new();
    let config = file.start().await;
    let mut events = config.events();
    let changed = format!(
        "begin; {}{}commit",
        insert("trading", &[("score_threshold", "0.8")]),
        insert("risk", &[("max_drawdown_pct", "15")])
    );
    file.other().execute_batch(&changed).unwrap();
    stage::score(&config, "0.8").await;
    assert_eq!(config.get::<RiskConfig>().max_drawdown_pct, decimal("15"));
    let mut published = Vec::new();
    while published.len() < 2 {
        if let Event::Published { block, epoch, trigger, .. } =
            stage::soon(events.next()).await.unwrap()
        {
            assert_eq!(trigger, Trigger::Push);
            published.push((block, epoch));
        }
    }
    let epoch = config.status().epoch;
    assert_eq!(published, [("trading", epoch), ("risk", epoch)]);
}

#[tokio::test]
async fn an_unchanged_row_of_an_sqlite_file_wakes_nobody() {
    let file = File::new();
    let config = file.start().await;
    let other = file.other();
    other.execute_batch(&insert("trading", &[("score_threshold", "0.8")])).unwrap();
    stage::score(&config, "0.8").await;
    let mut changes = config.subscribe::<TradingConfig>();
    other.execute_batch("update trading_config set score_threshold = score_threshold").unwrap();
    config.refresh_all().await.unwrap();
    other.execute_batch("update trading_config set max_positions = 9").unwrap();
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!(change.fields, ["max_positions"]);
    assert_eq!(change.meta.version, 2);
}

#[tokio::test]
async fn an_sqlite_file_that_is_taken_away_leaves_the_last_good_values_until_it_is_back() {
    log::keep();
    let file = File::new();
    let config = file.start().await;
    file.other().execute_batch(&insert("trading", &[("score_threshold", "0.8")])).unwrap();
    stage::score(&config, "0.8").await;
    let away = file.0.path().join("away");
    std::fs::create_dir(&away).unwrap();
    carry(file.0.path(), &away);
    for _ in 0..3 {
        config.refresh_all().await.unwrap();
    }
    assert!(matches!(config.status().store, StoreState::Unreachable { .. }));
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
    assert_eq!(config.get::<TradingConfig>().meta().origin, Origin::Store);
    assert_eq!(log::warnings("the store cannot be read").len(), 1);
    open(&away.join("config.db")).execute_batch(&set_score("0.9")).unwrap();
    carry(&away, file.0.path());
    stage::score(&config, "0.9").await;
    stage::status(&config, "the file", |status| status.store == StoreState::Connected).await;
}

/// Moves the file with what belongs to it.
fn carry(from: &Path, to: &Path) {
    for name in ["config.db-wal", "config.db-shm", "config.db"] {
        let _ = std::fs::rename(from.join(name), to.join(name));
    }
}

#[tokio::test]
async fn another_sqlite_file_put_in_place_is_read_though_its_epoch_is_lower() {
    let (file, backup) = (File::new(), File::new());
    backup.start().await.shutdown().await;
    backup.other().execute_batch(&insert("trading", &[("score_threshold", "0.1")])).unwrap();
    backup.other().execute_batch("pragma wal_checkpoint(truncate)").unwrap();
    let config = file.start().await;
    let other = file.other();
    for score in ["0.2", "0.3", "0.4"] {
        other.execute_batch("delete from trading_config").unwrap();
        other.execute_batch(&insert("trading", &[("score_threshold", score)])).unwrap();
    }
    stage::score(&config, "0.4").await;
    drop(other);
    for leftover in ["config.db-wal", "config.db-shm"] {
        let _ = std::fs::remove_file(file.0.path().join(leftover));
    }
    std::fs::rename(backup.path(), file.path()).unwrap();
    stage::score(&config, "0.1").await;
    stage::listening(&config).await;
    file.other().execute_batch(&set_score("0.5")).unwrap();
    stage::score(&config, "0.5").await;
}

#[tokio::test]
async fn a_writer_that_holds_an_sqlite_file_locked_holds_up_no_reader() {
    let file = File::new();
    let config = file.start().await;
    let writer = file.other();
    writer.execute_batch(&insert("trading", &[("score_threshold", "0.8")])).unwrap();
    stage::score(&config, "0.8").await;
    writer.execute_batch(&format!("begin immediate; {}", set_score("0.9"))).unwrap();
    let report = config.refresh_all().await.unwrap();
    assert!(report.to_string().contains("unchanged"), "{report}");
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
    writer.execute_batch("commit").unwrap();
    stage::score(&config, "0.9").await;
}

#[tokio::test]
async fn values_of_any_type_in_an_sqlite_column_are_rejected_and_not_misread() {
    let file = File::new();
    let config = file.start().await;
    let other = file.other();
    other.execute_batch(&insert("trading", &[("max_positions", "7")])).unwrap();
    let read = || async { config.get::<TradingConfig>().max_positions == 7 };
    wait::until("the number", SOON, read).await;
    let triggers: Vec<String> = {
        let mut found =
            other.prepare("select name from sqlite_master where name like '%_rules'").unwrap();
        let names = found.query_map([], |row| row.get(0)).unwrap();
        names.collect::<Result<_, _>>().unwrap()
    };
    for trigger in triggers {
        other.execute_batch(&format!("drop trigger {trigger}")).unwrap();
    }
    for rubbish in ["'many'", "x'00ff'", "1e300", "7.5", "-1", "''"] {
        other
            .execute_batch(&format!("update trading_config set max_positions = {rubbish}"))
            .unwrap();
        config.refresh_all().await.unwrap();
        let state = stage::state(&config, "trading");
        assert!(matches!(state, BlockState::Rejected { .. }), "{rubbish}: {state}");
        assert_eq!(config.get::<TradingConfig>().max_positions, 7);
    }
    other.execute_batch("drop table trading_config").unwrap();
    config.refresh_all().await.unwrap();
    assert!(config.status().to_string().contains("add `.migrate()`"), "{}", config.status());
    assert_eq!(config.get::<TradingConfig>().max_positions, 7);
}

#[tokio::test]
async fn two_programs_on_one_sqlite_file_see_each_change_and_the_same_epoch() {
    let file = File::new();
    let (one, two) = (file.start().await, file.start().await);
    let other = file.other();
    other.execute_batch(&insert("trading", &[("score_threshold", "0.8")])).unwrap();
    for config in [&one, &two] {
        stage::score(config, "0.8").await;
    }
    assert_eq!(one.status().epoch, two.status().epoch);
}

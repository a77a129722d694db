//! Traps of counting: what a reader believes to have, and what it asks for next.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use config_sdk::{
    BoxFuture, Fetched, MemoryStore, Outcome, Record, Request, Source, SourceError, WaitError,
};
use config_tests::postgres::Server;
use config_tests::wait;

use crate::stage::{SOON, Trading, builder, epoch, on, on_postgres, sees, set};

/// The applied version advanced although the reload failed (PerformanceMonitor #2951, apisix #13067,
/// agollo #48).
#[tokio::test]
async fn a_pass_that_fails_does_not_advance_the_epoch() {
    let store = MemoryStore::new();
    let config = on(&store).await;
    store.lose_notifications();
    store.fail("the network is cut");
    let epoch = store.set("trading", [("score_threshold", "0.8")]);
    let report = config.refresh_all().await.unwrap();
    assert!(report.epoch < epoch, "{report}");
    assert!(matches!(report.outcome("trading"), Some(Outcome::Unavailable)));
    assert_eq!(config.status().epoch, 0);
    store.heal();
    sees(&config, "0.8").await;
    assert_eq!(config.status().epoch, epoch);
}

/// A store restored from a backup counts lower than its readers, and they ignore it for ever
/// (apisix #12015).
#[tokio::test]
async fn a_store_restored_from_an_older_backup_is_read_again() {
    let server = Server::start();
    let database = server.database();
    let config = on_postgres(&database).await;
    set(&database, "0.8");
    sees(&config, "0.8").await;
    server.save();
    for threshold in ["0.1", "0.2", "0.3"] {
        set(&database, threshold);
    }
    sees(&config, "0.3").await;
    let high = config.status().epoch;
    server.restore();
    sees(&config, "0.8").await;
    assert!(config.status().epoch < high);
    set(&database, "0.9"); // the epochs of the lost changes are given again
    sees(&config, "0.9").await;
}

/// The same where the connection never broke: only the epoch tells.
#[tokio::test]
async fn an_epoch_that_fell_makes_readers_read_everything() {
    let store = MemoryStore::new();
    store.set("risk", [("max_drawdown_pct", "30")]);
    let epoch = store.set("trading", [("score_threshold", "0.8")]);
    let config = on(&store).await;
    store.rewind(epoch - 2);
    let epoch = store.set("trading", [("score_threshold", "0.9")]);
    sees(&config, "0.9").await;
    assert_eq!(config.status().epoch, epoch);
}

/// Who asks for changes that were forgotten since is not told "nothing changed".
#[tokio::test]
async fn a_reader_older_than_the_pruned_log_reads_everything() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    let client = database.client().await;
    // In one transaction, so that the log is gone before anybody can look.
    let change = "begin;
        insert into trading_config (status, score_threshold) values ('active', 0.8);
        select config_sdk.prune(0);
        commit";
    client.batch_execute(change).await.unwrap();
    assert_eq!(database.psql("select count(*) from config_sdk.change"), "0");
    sees(&config, "0.8").await;
}

/// Changes compared by wall clock and time zone (nacos #8633).
#[tokio::test]
async fn a_change_counts_whatever_the_clocks_say() {
    /// Each row is older than the one before, by the store's clock.
    struct Backwards(MemoryStore);

    impl Source for Backwards {
        fn name(&self) -> String {
            self.0.name()
        }

        fn fetch<'a>(
            &'a self,
            request: Request<'a>,
        ) -> BoxFuture<'a, Result<Fetched, SourceError>> {
            Box::pin(async move {
                let mut fetched = self.0.fetch(request).await?;
                for record in fetched.blocks.values_mut().flatten().flatten() {
                    let age = Duration::from_secs(3600 * record.version);
                    record.time = SystemTime::now().checked_sub(age);
                }
                Ok(fetched)
            })
        }
    }

    let store = MemoryStore::new();
    let config = builder().store(Backwards(store.clone())).start().await.unwrap();
    for threshold in ["0.1", "0.2", "0.3"] {
        store.set("trading", [("score_threshold", threshold)]);
        config.refresh_all().await.unwrap();
        assert_eq!(config.get::<Trading>().score_threshold.to_string(), threshold);
    }
}

/// Two fetches in flight, and the older answer is installed last (Flagsmith keeps a lock for it); a
/// value that goes backwards (cockroach PR #87564).
#[tokio::test]
async fn an_older_answer_is_not_installed_after_a_newer_one() {
    let store = MemoryStore::new();
    let config = on(&store).await;
    let mut changes = config.subscribe::<Trading>();
    store.delay(Duration::from_millis(100));
    store.set("trading", [("score_threshold", "0.1")]);
    let slow = tokio::spawn({
        let config = config.clone();
        async move { config.refresh_all().await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await; // its rows are read, its answer is on the way
    store.heal();
    store.set("trading", [("score_threshold", "0.2")]);
    config.refresh_all().await.unwrap();
    slow.await.unwrap().unwrap();
    sees(&config, "0.2").await;
    let mut seen = Vec::new();
    while let Ok(Some(change)) = tokio::time::timeout(SOON / 20, changes.next()).await {
        seen.push(change.new.score_threshold.to_string());
    }
    assert!(seen.is_sorted() && seen.last().unwrap() == "0.2", "{seen:?}");
}

/// The same of a source that mixes the times: some blocks, and as of an epoch that readers have left.
#[tokio::test]
async fn an_older_answer_with_some_of_the_blocks_is_not_installed_and_everything_is_read_next() {
    /// Once, answers a question about changes with one old row.
    struct Late(MemoryStore, AtomicBool);

    impl Source for Late {
        fn name(&self) -> String {
            self.0.name()
        }

        fn fetch<'a>(
            &'a self,
            request: Request<'a>,
        ) -> BoxFuture<'a, Result<Fetched, SourceError>> {
            Box::pin(async move {
                if request.since.is_none() || self.1.swap(true, Ordering::SeqCst) {
                    return self.0.fetch(request).await;
                }
                let mut fetched = Fetched::unchanged(1);
                let row = Record::new(1).with("score_threshold", "0.1");
                fetched.blocks.insert("trading", Ok(Some(row)));
                Ok(fetched)
            })
        }
    }

    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "0.1")]);
    let epoch = store.set("trading", [("score_threshold", "0.2")]);
    let source = Late(store.clone(), AtomicBool::new(false));
    let config = builder().store(source).start().await.unwrap();
    sees(&config, "0.2").await;
    store.set("trading", [("score_threshold", "0.3")]);
    store.rewind(epoch); // so that only who reads everything finds it
    let report = config.refresh_all().await.unwrap();
    let said = report.to_string();
    assert!(said.contains("as of epoch 1, and readers have 2: everything is asked"), "{said}");
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.2");
    assert_eq!(config.status().epoch, epoch);
    sees(&config, "0.3").await;
}

/// SET returned before anyone had it (cockroach #87201): a write's epoch can be waited for, and the
/// wait does not end early.
#[tokio::test]
async fn waiting_for_an_epoch_ends_when_readers_have_it_and_not_before() {
    let store = MemoryStore::new();
    let config = on(&store).await;
    // At start, and once more when it has begun to listen.
    wait::until("both passes of a start", SOON, || async { store.fetches() >= 2 }).await;
    store.lose_notifications();
    let epoch = store.set("trading", [("score_threshold", "0.8")]);
    let early = config.wait_for(epoch, Duration::from_millis(50)).await;
    assert!(matches!(early, Err(WaitError::TimedOut { .. })));
    store.heal();
    store.notify();
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.8");
}

/// A number of a row is not given twice, and a record that a source numbers lower is no reason to
/// stay behind.
#[tokio::test]
async fn versions_grow_even_over_a_deleted_row() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    set(&database, "0.8");
    sees(&config, "0.8").await;
    let before = config.get::<Trading>().meta().version;
    database.psql("delete from trading_config");
    sees(&config, "0.70").await;
    set(&database, "0.9");
    sees(&config, "0.9").await;
    assert!(config.get::<Trading>().meta().version > before);
    assert_eq!(config.status().epoch, epoch(&database));
}

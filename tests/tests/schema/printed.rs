//! The SQL that `schema` prints and what `migrate` does are one and the same, however often and by how many.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use config_sdk::{Outcome, StoreState};

use crate::blocks::{FIRST_ROWS, First, Grown, Pace};
use crate::store::{SOON, Store, on_both};

on_both!(
    the_printed_sql_makes_what_migrate_makes,
    the_printed_sql_can_be_run_twice_and_changes_no_row,
    a_second_migration_does_nothing,
    instances_that_start_at_once_all_succeed,
    a_reader_is_not_disturbed_by_a_migration,
);

async fn the_printed_sql_makes_what_migrate_makes(store: Store) {
    let other = if store.is_postgres() { Store::postgres() } else { Store::sqlite() };
    store.sql(&store.program::<First>().schema(store.dialect()));
    assert_eq!(store.check::<First>().await, []);
    assert_eq!(store.migrate::<First>().await, []);

    let steps = other.migrate::<First>().await;
    assert!(!steps.is_empty() && steps.iter().all(|step| step.done), "{steps:?}");
    assert_eq!(other.check::<First>().await, []);
    assert_eq!(store.structure(), other.structure());
}

async fn the_printed_sql_can_be_run_twice_and_changes_no_row(store: Store) {
    let sql = store.program::<First>().schema(store.dialect());
    store.sql(&sql);
    store.sql(FIRST_ROWS);
    let rows = "select * from limits_config order by id";
    let history = format!("select * from {} order by id", store.bookkeeping("change"));
    let before = (store.sql(rows), store.sql(&history), store.structure());
    store.sql(&sql);
    assert_eq!((store.sql(rows), store.sql(&history), store.structure()), before);
    assert_eq!(store.check::<First>().await, []);
}

async fn a_second_migration_does_nothing(store: Store) {
    let program = || store.program::<First>().block::<Pace>();
    assert!(!program().migrate_now().await.unwrap().is_empty());
    let before = store.structure();
    assert_eq!(program().migrate_now().await.unwrap(), []);
    let config = program().migrate().start().await.unwrap();
    assert_eq!(config.check().await.unwrap(), []);
    assert_eq!(store.structure(), before);
}

async fn instances_that_start_at_once_all_succeed(store: Store) {
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let program = store.program::<First>().block::<Pace>().migrate();
            tokio::spawn(program.start())
        })
        .collect();
    for start in starts {
        let config = start.await.unwrap().unwrap();
        let status = config.status();
        assert_eq!(status.store, StoreState::Connected, "{status}");
        assert_eq!(config.check().await.unwrap(), []);
        config.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_somebody_has_locked_is_told_to_be() {
    let store = Store::sqlite();
    store.migrate::<First>().await;
    let path = store.url().replace("sqlite:", "");
    let open = rusqlite::Connection::open(path).unwrap();
    open.execute_batch("begin immediate").unwrap();
    let reader = store.start::<First>().await;
    assert_eq!(reader.status().store, StoreState::Connected, "a writer holds up no reader");
    let error = store.program::<Grown>().migrate_now().await.unwrap_err();
    let error = error.to_string();
    assert!(error.contains("is locked: somebody has a transaction open"), "{error}");
    open.execute_batch("commit").unwrap();
    assert!(!store.migrate::<Grown>().await.is_empty());
}

async fn a_reader_is_not_disturbed_by_a_migration(store: Store) {
    store.migrate::<First>().await;
    store.sql(FIRST_ROWS);
    let reader = store.start::<First>().await;
    assert!(reader.ready(SOON).await);
    let (over, config) = (Arc::new(AtomicBool::new(false)), reader.clone());
    let is_over = Arc::clone(&over);
    let reading = tokio::spawn(async move {
        let mut reads = 0;
        while !is_over.load(Ordering::Relaxed) {
            let report = config.refresh_all().await.unwrap();
            assert_eq!(report.outcome("limits"), Some(&Outcome::Unchanged), "{report}");
            assert_eq!(config.get::<First>().most, 50);
            reads += 1;
        }
        reads
    });
    for _ in 0..3 {
        store.migrate::<Grown>().await;
        store.migrate::<First>().await;
    }
    over.store(true, Ordering::Relaxed);
    assert!(reading.await.unwrap() > 0);
    // A column more in the row that it has read is nothing new to it.
    let report = reader.refresh_all().await.unwrap();
    assert_eq!(report.outcome("limits"), Some(&Outcome::Unchanged));
}

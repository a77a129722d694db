//! What only a server has: transactions of many writers, and notifications.

use std::future::poll_fn;
use std::time::Duration;

use config_sdk::{Config, Outcome};
use config_tests::postgres::{Database, Server};
use config_tests::wait;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, NoTls};

use crate::blocks::{First, Grown, Pace, Quick};
use crate::store::{SOON, Store};

/// A database with both blocks, each with an active row.
async fn both() -> (Store, Client) {
    let store = Store::postgres();
    let program = store.program::<First>().block::<Pace>();
    program.migrate_now().await.unwrap();
    store.sql(
        "insert into limits_config (status, most) values ('active', 1);
         insert into pace_config (status, per_second) values ('active', 1);",
    );
    let client = database(&store).client().await;
    (store, client)
}

fn database(store: &Store) -> &Database {
    match store {
        Store::Postgres(database) => database,
        Store::Sqlite(_) => unreachable!("these tests are about Postgres"),
    }
}

#[tokio::test]
async fn the_epoch_grows_by_one_for_each_transaction_however_much_it_changes() {
    let (store, _) = both().await;
    let before = store.epoch();
    store.sql(
        "begin;
         update limits_config set most = 2;
         update limits_config set most = 3;
         update pace_config set per_second = 2;
         insert into limits_config (most) values (4), (5);
         delete from limits_config where most = 4;
         commit;",
    );
    assert_eq!(store.epoch(), before + 1);
    let log = format!("select count(*) from config_sdk.change where epoch = {}", before + 1);
    assert_eq!(store.sql(&log), "6");
    store.sql("update limits_config set most = 6 where status = 'active'");
    assert_eq!(store.epoch(), before + 2);
}

#[tokio::test]
async fn what_a_savepoint_takes_back_is_neither_logged_nor_counted() {
    let (store, _) = both().await;
    let before = store.epoch();
    store.sql(
        "begin; savepoint s; update limits_config set most = 2; rollback to s;
         select 1; commit;",
    );
    assert_eq!(store.epoch(), before);
    store.sql(
        "begin; savepoint s; update limits_config set most = 2; rollback to s;
         update pace_config set per_second = 2; commit;",
    );
    assert_eq!(store.epoch(), before + 1);
    let log = format!("select block from config_sdk.change where epoch = {}", before + 1);
    assert_eq!(store.sql(&log), "pace");
}

#[tokio::test]
async fn a_truncated_table_leaves_every_row_in_the_log() {
    let (store, _) = both().await;
    let config = store.start::<First>().await;
    assert_eq!(config.get::<First>().most, 1);
    store.sql("insert into limits_config (most) values (7)");
    let before = store.epoch();
    store.sql("truncate limits_config");
    assert_eq!(store.epoch(), before + 1);
    let log = "select count(*), min((before->>'most')::int), max((before->>'most')::int)
        from config_sdk.change where what = 'truncate'";
    assert_eq!(store.sql(log), "2|1|7");
    config.wait_for(before + 1, SOON).await.unwrap();
    assert_eq!(*config.get::<First>(), First::default());
    store.sql("truncate limits_config");
    assert_eq!(store.epoch(), before + 1, "an empty table has nothing to lose");
    store.sql("insert into limits_config (status) values ('active')");
    assert_eq!(store.sql("select version from limits_config"), "3");
}

#[tokio::test]
async fn writers_in_opposite_order_do_not_deadlock() {
    async fn writes(client: Client, tables: [&'static str; 2], author: u32) {
        for round in 0..25 {
            let [(first, a), (second, b)] = tables.map(|table| match table {
                "limits_config" => (table, "most"),
                _ => (table, "per_second"),
            });
            let value = 2 + round * 2 + author; // never what is there already
            let sql = format!(
                "begin; update {first} set {a} = {value}; select pg_sleep(0.002);
                 update {second} set {b} = {value}; commit"
            );
            client.batch_execute(&sql).await.unwrap();
        }
    }
    let (store, one) = both().await;
    let two = database(&store).client().await;
    let before = store.epoch();
    tokio::join!(
        writes(one, ["limits_config", "pace_config"], 0),
        writes(two, ["pace_config", "limits_config"], 1),
    );
    assert_eq!(store.epoch(), before + 50);
    assert_eq!(
        store.sql(
            "select count(distinct epoch), count(*) from config_sdk.change where what = 'update'"
        ),
        "50|100"
    );
}

#[tokio::test]
async fn epochs_are_given_in_the_order_of_commits() {
    let (store, slow) = both().await;
    let before = store.epoch();
    slow.batch_execute("begin; update limits_config set most = 2").await.unwrap();
    let fast = database(&store).client().await;
    let fast = tokio::spawn(async move {
        fast.batch_execute("update pace_config set per_second = 2").await.unwrap();
    });
    let waits = "select count(*) from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock'";
    wait::until("the second writer to queue", SOON, async || store.sql(waits) == "1").await;
    assert_eq!(store.epoch(), before, "a reader never sees the later one first");
    slow.batch_execute("commit").await.unwrap();
    fast.await.unwrap();
    let order =
        "select string_agg(block, ' ' order by epoch) from config_sdk.change where what = 'update'";
    assert_eq!((&*store.sql(order), store.epoch()), ("limits pace", before + 2));
}

#[tokio::test]
async fn a_transaction_that_is_left_open_holds_up_no_reader() {
    let (store, open) = both().await;
    open.batch_execute("begin; update limits_config set most = 2").await.unwrap();
    let config = store.start::<First>().await;
    assert_eq!(config.get::<First>().most, 1);
    let report = config.refresh_all().await.unwrap();
    assert_eq!(report.outcome("limits"), Some(&Outcome::Unchanged));
    open.batch_execute("commit").await.unwrap();
    config.wait_for(store.epoch(), SOON).await.unwrap();
    assert_eq!(config.get::<First>().most, 2);
}

#[tokio::test]
async fn a_migration_that_has_to_wait_gives_up_soon_and_leaves_readers_alone() {
    let (store, open) = both().await;
    let config = store.start::<First>().await;
    open.batch_execute("begin; select * from limits_config").await.unwrap();
    let error = store.program::<Grown>().migrate_now().await.unwrap_err();
    let error = error.to_string();
    assert!(error.contains("a transaction of somebody else holds a lock"), "{error}");
    let report = config.refresh_all().await.unwrap();
    assert_eq!(report.outcome("limits"), Some(&Outcome::Unchanged));
    open.batch_execute("commit").await.unwrap();
    assert!(store.migrate::<Grown>().await.iter().all(|step| step.done));
}

#[tokio::test]
async fn edits_of_several_blocks_and_migrations_of_both_get_along() {
    let (store, writer) = both().await;
    let before = store.epoch();
    let program = |grown: bool| {
        let program = Config::builder().url(&store.url()).start_timeout(SOON);
        if grown {
            program.block::<Grown>().block::<Quick>()
        } else {
            program.block::<First>().block::<Pace>()
        }
    };
    let edits = async {
        for round in 2..30 {
            let sql = format!(
                "begin; update pace_config set per_second = {round}; select pg_sleep(0.01);
                 update limits_config set most = {round}; commit"
            );
            writer.batch_execute(&sql).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let migrations = async {
        for round in 0..6 {
            // It gives way to edits, and is through at the latest when there are none.
            let migrate = async || program(round % 2 == 0).migrate_now().await;
            wait::until("the migration", SOON, migrate).await;
        }
    };
    tokio::join!(edits, migrations);
    assert_eq!(store.epoch(), before + 28);
}

#[tokio::test]
async fn a_notification_is_an_epoch_and_names_and_never_a_value() {
    let (store, _) = both().await;
    let mut heard = listen(database(&store)).await;
    let before = store.epoch();
    store.sql(
        "begin; update limits_config set most = 77, token = 'hunter2', reason = 'why77';
         update limits_config set most = 78; update pace_config set per_second = 79; commit;",
    );
    store.sql("update limits_config set most = 78 where status = 'active'");
    store.sql("begin; update limits_config set most = 5; rollback");
    store.sql("delete from pace_config");
    let mut notes = Vec::new();
    while notes.len() < 3 {
        let note = tokio::time::timeout(SOON, heard.recv()).await;
        notes.push(note.unwrap().unwrap());
    }
    let (first, second) = (before + 1, before + 2);
    assert_eq!(
        notes,
        [format!("{first} limits"), format!("{first} pace"), format!("{second} pace"),]
    );
    let more = tokio::time::timeout(Duration::from_millis(200), heard.recv()).await;
    assert!(more.is_err(), "{more:?}");
}

/// The payloads of what a connection of its own hears.
async fn listen(database: &Database) -> mpsc::UnboundedReceiver<String> {
    let (client, mut connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    let (sender, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(note) = message {
                let _ = sender.send(note.payload().to_owned());
            }
        }
    });
    client.batch_execute("listen config_sdk").await.unwrap();
    // Its end would end the connection.
    std::mem::forget(client);
    heard
}

#[tokio::test]
async fn two_databases_of_a_server_do_not_hear_each_other() {
    let (store, _) = both().await;
    let other = Server::shared().database();
    let mut heard = listen(&other).await;
    store.sql("update limits_config set most = 2");
    let note = tokio::time::timeout(Duration::from_millis(200), heard.recv()).await;
    assert!(note.is_err(), "{note:?}");
}

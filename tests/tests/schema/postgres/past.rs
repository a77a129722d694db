//! The past of a place: what was done to it, by whom and by which way, and never a secret.

use config_sdk::{Deed, Dialect, Done, Entry, Place, RowState};

use super::stage::{Process, Stage, all, by, guild, place, text, texts};
use crate::blocks::First;
use crate::keys::Guild;
use crate::store::Store;

/// The bookkeeping of the release before.
const BEFORE: &str = include_str!("bookkeeping_2.sql");

#[tokio::test]
async fn edits_by_sql_and_by_the_library_are_one_past() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    let entry = Entry::new(limits.clone(), None, Deed::Set(texts([("most", "7")])));
    let write = by("ann", "calmer", all([entry]));
    stage.process.writer().write(&write).await.unwrap();
    stage.sql("update limits_config set most = 8, reason = 'by hand'");
    stage.sql("update limits_config set most = 9, created_by = 'bob'");
    stage.sql("set application_name = ''; set timezone = 'Asia/Tokyo'; delete from limits_config");

    let past = stage.process.writer().past(&limits, 9).await.unwrap();
    assert_eq!(past.rows, []);
    let log = past.log.iter().map(|one| (one.epoch, one.what, one.version, &*one.who));
    assert_eq!(
        log.collect::<Vec<_>>(),
        [
            (4, Done::Delete, Some(3), "admin"),
            (3, Done::Update, Some(3), "bob"),
            (2, Done::Update, Some(2), "admin"),
            (1, Done::Insert, Some(1), "ann"),
        ]
    );
    let via: Vec<_> = past.log.iter().map(|one| one.via.as_deref().unwrap()).collect();
    assert_eq!(via, ["admin", "admin/psql", "admin/psql", "admin/config-sdk"]);
    let why: Vec<_> = past.log.iter().map(|one| one.why.as_deref()).collect();
    assert_eq!(why, [None, None, Some("by hand"), Some("calmer")]);
    assert!(past.log.iter().all(|one| one.time.is_some()));
    let before = past.log.iter().map(|one| one.before.as_ref());
    let before =
        before.map(|before| before.map(|(_, row)| (row.version, text(row, "most").unwrap())));
    assert_eq!(before.collect::<Vec<_>>(), [Some((3, "9")), Some((2, "8")), Some((1, "7")), None]);
    let (state, first) = past.log[2].before.as_ref().unwrap();
    assert_eq!((*state, first.author.as_deref()), (RowState::Active, Some("ann")));
    assert!(first.time.is_some() && past.log[0].before.as_ref().unwrap().1.time.is_some());
    assert_eq!(stage.process.writer().past(&limits, 2).await.unwrap().log.len(), 2);
}

#[tokio::test]
async fn a_former_row_reads_as_it_was_read() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    let set = texts([("threshold", "0.1234567890123456789"), ("mood", "bold")]);
    stage.process.act(&limits, Deed::Set(set)).await.unwrap();
    let mut row = stage.process.row(&limits).await.unwrap();
    stage.process.set(&limits, "most", "9").await;
    let past = stage.process.writer().past(&limits, 1).await.unwrap();
    row.columns.remove("token"); // which is a secret
    assert_eq!(past.log[0].before, Some((RowState::Active, row)));
}

#[tokio::test]
async fn a_secret_that_changes_is_named_and_never_told() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    stage.process.set(&limits, "token", "hunter2").await;
    stage.process.set(&limits, "token", "hunter3").await;
    stage.process.set(&limits, "most", "7").await;
    stage.sql("update limits_config set token = null, most = 8; delete from limits_config");
    let past = stage.process.writer().past(&limits, 9).await.unwrap();
    let hidden: Vec<_> = past.log.iter().map(|one| one.hidden.join(",")).collect();
    assert_eq!(hidden, ["", "token", "", "token", "token"]);
    let log = stage.sql("select * from config_sdk.change");
    assert!(!log.contains("hunter"), "{log}");
    let refused =
        stage.process.act(&limits, Deed::Set(texts([("token", "a"), ("most", "hunter4")])));
    let refused = super::stage::refusal(refused.await);
    assert!(refused.contains("may quote a secret") && !refused.contains("hunter"), "{refused}");
}

#[tokio::test]
async fn every_key_has_a_past_of_its_own() {
    let stage = Stage::set().await;
    for (at, daily) in [(place::<Guild>(), "1"), (guild("a"), "2"), (guild("b"), "3")] {
        stage.process.set(&at, "daily", daily).await;
    }
    stage.sql("select config_sdk.invalidate('guild', '{\"guild_id\": {\"like\": \"a\"}}')");
    stage.sql("update guild_config set guild_id = 'c' where guild_id = 'a'; truncate guild_config");
    let what = async |place: Place| {
        let past = stage.process.writer().past(&place, 9).await.unwrap();
        past.log.iter().map(|one| one.what).collect::<Vec<_>>()
    };
    assert_eq!(what(place::<Guild>()).await, [Done::Delete, Done::Insert]);
    assert_eq!(what(guild("a")).await, [Done::Delete, Done::Insert]);
    assert_eq!(what(guild("b")).await, [Done::Delete, Done::Insert]);
    assert_eq!(what(guild("c")).await, [Done::Delete, Done::Update]);
    assert_eq!(what(guild("d")).await, []);
}

#[tokio::test]
async fn the_bookkeeping_of_the_release_before_is_brought_up_and_keeps_its_log() {
    let store = Store::postgres();
    let printed = store.program::<First>().schema(Dialect::Postgres);
    let table = printed.split_once("-- Block limits").unwrap().1;
    let table = table.split_once("-- Rights:").unwrap().0;
    store.sql(BEFORE);
    store.sql(&format!(
        "--{table};
         drop trigger config_sdk_insert on limits_config;
         create trigger config_sdk_insert after insert on limits_config
             referencing new table as new_rows for each statement
             execute function config_sdk.changed('limits', '{{}}');"
    ));
    store.sql("insert into limits_config (status, most, token) values ('active', 7, 'hush')");
    store.sql("update limits_config set most = 8, reason = 'why'");
    let log = "select id, epoch, block, version, what, before, who, at, why from config_sdk.change
        order by id";
    let before = store.sql(log);
    let process = Process::at(&store.url());
    let limits = place::<First>();
    let refused = process.writer().past(&limits, 9).await.unwrap_err().to_string();
    assert!(refused.contains("is not set up for this release"), "{refused}");
    let found = store.check::<First>().await;
    assert!(found.iter().any(|one| one.what.contains("older version")), "{found:?}");

    let steps = store.migrate::<First>().await;
    assert!(steps.iter().all(|step| step.done), "{steps:?}");
    assert_eq!(store.check::<First>().await, []);
    assert_eq!(store.sql(log), before);
    process.set(&limits, "token", "hunter2").await;
    let past = process.writer().past(&limits, 9).await.unwrap();
    let via: Vec<_> = past.log.iter().map(|one| one.via.as_deref()).collect();
    assert_eq!(via, [Some("admin/config-sdk"), None, None], "nobody knows it of what was before");
    let hidden: Vec<_> = past.log.iter().map(|one| one.hidden.join(",")).collect();
    assert_eq!(hidden, ["token", "", ""]);
    assert_eq!(text(&past.log[1].before.as_ref().unwrap().1, "most"), Some("7"));
    assert_eq!(store.migrate::<First>().await, []);
}

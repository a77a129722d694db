//! Edits by hand, in the words of `docs::editing`: each is complete, and nothing else moves.

use config_sdk::{Decimal, Outcome};

use crate::blocks::{First, Pace};
use crate::store::{SOON, Store, on_both};

on_both!(
    an_insert_that_says_only_what_differs_is_complete,
    an_update_makes_a_new_version_and_the_log_keeps_the_row_before,
    a_deleted_row_gives_way_to_the_defaults_and_its_number_is_not_given_again,
    a_statement_that_changes_nothing_moves_nothing,
    a_transaction_that_is_rolled_back_moves_nothing,
    a_second_active_row_is_refused_and_the_message_says_what_to_do,
    another_version_is_activated_by_archiving_the_active_one_first,
    a_draft_is_stored_and_not_read,
    author_and_reason_are_those_of_the_edit,
    history_never_holds_a_secret,
);

const INSERT: &str = "insert into limits_config (status, threshold) values ('active', 0.8)";

async fn an_insert_that_says_only_what_differs_is_complete(store: Store) {
    store.migrate::<First>().await;
    let config = store.start::<First>().await;
    store.sql(INSERT);
    assert_eq!(store.epoch(), 1);
    let row = "select version, created_by is not null and created_at is not null
        and activated_at is not null, most is null from limits_config";
    let yes = if store.is_postgres() { "t" } else { "1" };
    assert_eq!(store.sql(row), format!("1|{yes}|{yes}"));
    config.wait_for(1, SOON).await.unwrap();
    let limits = config.get::<First>();
    assert_eq!((limits.threshold, limits.most), (Decimal::new(8, 1), 5));
    let meta = limits.meta();
    assert_eq!((meta.version, meta.epoch), (1, 1));
    assert!(meta.author.is_some() && meta.time.is_some());
}

async fn an_update_makes_a_new_version_and_the_log_keeps_the_row_before(store: Store) {
    store.migrate::<First>().await;
    store.sql(INSERT);
    store.sql("update limits_config set threshold = 0.9, most = 7 where status = 'active'");
    assert_eq!(store.sql("select version, threshold, most from limits_config"), "2|0.9|7");
    let log = format!(
        "select epoch, block, version, what from {} order by id",
        store.bookkeeping("change")
    );
    assert_eq!(store.sql(&log), "1|limits|1|insert\n2|limits|2|update");
    let before =
        format!("select before from {} where what = 'update'", store.bookkeeping("change"));
    let before: serde_json::Value = serde_json::from_str(&store.sql(&before)).unwrap();
    assert!(before["threshold"].to_string().contains("0.8"), "{before}");
    assert_eq!(before["version"], 1);
    assert_eq!(before["most"], serde_json::Value::Null);
}

async fn a_deleted_row_gives_way_to_the_defaults_and_its_number_is_not_given_again(store: Store) {
    store.migrate::<First>().await;
    store.sql(INSERT);
    store.sql("update limits_config set most = 7");
    let config = store.start::<First>().await;
    assert_eq!(config.get::<First>().most, 7);
    store.sql("delete from limits_config");
    config.wait_for(3, SOON).await.unwrap();
    assert_eq!(*config.get::<First>(), First::default());
    store.sql(INSERT);
    assert_eq!(store.sql("select version from limits_config"), "3");
    let gone = format!("select before from {} where what = 'delete'", store.bookkeeping("change"));
    assert!(store.sql(&gone).contains("\"most\""), "the row can be had back");
}

async fn a_statement_that_changes_nothing_moves_nothing(store: Store) {
    store.migrate::<First>().await;
    store.sql(INSERT);
    for nothing in [
        "update limits_config set threshold = 0.8",
        "update limits_config set threshold = threshold, status = status",
        "update limits_config set most = 9 where status = 'draft'",
        "delete from limits_config where status = 'draft'",
        "insert into limits_config (most) select 1 where false",
    ] {
        store.sql(nothing);
        assert_eq!(store.epoch(), 1, "{nothing}");
    }
    let count = format!("select count(*) from {}", store.bookkeeping("change"));
    assert_eq!(store.sql(&count), "1");
    assert_eq!(store.sql("select version from limits_config"), "1");
}

async fn a_transaction_that_is_rolled_back_moves_nothing(store: Store) {
    store.migrate::<First>().await;
    let config = store.start::<First>().await;
    store.sql(&format!("begin; {INSERT}; update limits_config set most = 9; rollback"));
    assert_eq!(store.epoch(), 0);
    let report = config.refresh_all().await.unwrap();
    assert_eq!(report.outcome("limits"), Some(&Outcome::Unchanged));
    store.sql(INSERT);
    assert_eq!((store.epoch(), &*store.sql("select version from limits_config")), (1, "1"));
}

async fn a_second_active_row_is_refused_and_the_message_says_what_to_do(store: Store) {
    store.migrate::<First>().await;
    store.sql(INSERT);
    store.sql("insert into limits_config (most) values (2)");
    for second in [
        INSERT,
        "update limits_config set status = 'active' where most = 2",
        "update limits_config set status = 'active', most = 3 where most = 2",
    ] {
        let refusal = store.refusal(second);
        assert!(refusal.contains("limits has an active row already"), "{refusal}");
        assert!(refusal.contains("archive it before, in the same transaction"), "{refusal}");
    }
    let both = store.refusal(
        "delete from limits_config; insert into limits_config (status) values ('active'), ('active')",
    );
    assert!(both.contains("has an active row already"), "{both}");
}

async fn another_version_is_activated_by_archiving_the_active_one_first(store: Store) {
    store.migrate::<First>().await;
    store.sql(INSERT);
    store.sql("insert into limits_config (most) values (9)");
    let config = store.start::<First>().await;
    store.sql(
        "begin;
         update limits_config set status = 'archived' where status = 'active';
         update limits_config set status = 'active' where version = 2 and status = 'draft';
         commit;",
    );
    config.wait_for(store.epoch(), SOON).await.unwrap();
    let limits = config.get::<First>();
    assert_eq!((limits.most, limits.meta().version), (9, 3));
    assert_eq!(limits.threshold, Decimal::new(70, 2));
}

async fn a_draft_is_stored_and_not_read(store: Store) {
    store.migrate::<First>().await;
    store.sql("insert into limits_config (most) values (9); insert into limits_config (status, most) values ('archived', 8)");
    let config = store.start::<First>().await;
    assert_eq!(*config.get::<First>(), First::default());
    assert_eq!(store.sql("select count(*) from limits_config where activated_at is null"), "2");
}

async fn author_and_reason_are_those_of_the_edit(store: Store) {
    store.migrate::<First>().await;
    store.sql(
        "insert into limits_config (status, created_by, reason) values ('active', 'ann', 'first')",
    );
    let said = "select created_by, reason from limits_config";
    assert_eq!(store.sql(said), "ann|first");
    store.sql("update limits_config set most = 7");
    let whom =
        if store.is_postgres() { store.sql("select session_user") } else { "sql".to_owned() };
    assert_eq!(store.sql(said), format!("{whom}|"));
    store.sql("update limits_config set most = 8, created_by = 'bob', reason = 'calmer'");
    assert_eq!(store.sql(said), "bob|calmer");
    let why = format!("select why from {} order by id", store.bookkeeping("change"));
    assert_eq!(store.sql(&why), "first\n\ncalmer");
}

async fn history_never_holds_a_secret(store: Store) {
    store.migrate::<First>().await;
    store.migrate::<Pace>().await;
    store.sql("insert into limits_config (status, token) values ('active', 'hunter2')");
    store.sql("update limits_config set token = 'hunter3'");
    store.sql("update limits_config set most = 7; delete from limits_config");
    let log = store.sql(&format!("select * from {}", store.bookkeeping("change")));
    assert!(log.contains("update") && log.contains("delete"));
    assert!(!log.contains("hunter"), "{log}");
    let before = store.sql(&format!("select before from {}", store.bookkeeping("change")));
    assert!(!before.contains("token"), "{before}");
}

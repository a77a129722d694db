//! `check` names each difference between struct and store, and its remedy mends it.

use config_sdk::Difference;

use crate::blocks::{FIRST_ROWS, First};
use crate::store::{Store, on_both};

on_both!(
    right_after_migrate_nothing_is_different,
    a_misspelt_column_is_named_with_the_nearest_field_and_how_to_copy_it,
    what_is_missing_is_named_and_migrate_brings_it_back,
    a_store_without_its_bookkeeping_says_so,
);

const MIGRATE: &str = "run migrate";

async fn right_after_migrate_nothing_is_different(store: Store) {
    store.migrate::<First>().await;
    store.sql(FIRST_ROWS);
    assert_eq!(store.check::<First>().await, []);
}

#[tokio::test]
async fn a_column_that_postgres_does_not_leave_to_its_default_is_named_and_mended() {
    let store = Store::postgres();
    store.migrate::<First>().await;
    for (damage, what) in [
        ("set not null", "is not null"),
        ("set default 77", "is with a default"),
        ("set not null, alter column most set default 77", "is not null, with a default"),
    ] {
        store.sql(&format!("alter table limits_config alter column most {damage}"));
        let differences = store.check::<First>().await;
        let [difference] = differences.as_slice() else { panic!("{differences:?}") };
        assert!(difference.what.contains(what), "{difference}");
        let (_, remedy) = difference.remedy.split_once("alter").expect("sql");
        store.sql(&format!("alter{remedy}"));
        assert_eq!(store.check::<First>().await, []);
    }
}

async fn a_misspelt_column_is_named_with_the_nearest_field_and_how_to_copy_it(store: Store) {
    store.migrate::<First>().await;
    store.sql("alter table limits_config add column treshold text; alter table limits_config add column zzz text");
    let differences = store.check::<First>().await;
    let [typo, other] = differences.as_slice() else {
        panic!("{differences:?}");
    };
    assert_eq!(typo.column.as_deref(), Some("treshold"));
    assert!(typo.what.contains("the nearest is `threshold`"), "{typo}");
    assert!(typo.remedy.contains("update "), "{typo}");
    assert_eq!(other.column.as_deref(), Some("zzz"));
    // Neither is touched: it may be somebody else's.
    store.migrate::<First>().await;
    assert_eq!(store.check::<First>().await.len(), 2);
    for difference in [typo, other] {
        assert!(!difference.remedy.contains("drop column"), "{difference}");
        assert!(!difference.remedy.trim_end().ends_with(':'), "{difference}");
    }
}

/// One thing that somebody does to a store, and what `check` says of it.
struct Damage(&'static str, &'static str);

const ON_POSTGRES: &[Damage] = &[
    Damage("drop table limits_config", "table \"limits_config\" is missing"),
    Damage("alter table limits_config drop column most", "column `most` is missing"),
    Damage(
        "alter table limits_config drop constraint limits_config_most_check",
        "check of column `most` is missing",
    ),
    Damage(
        "alter table limits_config drop constraint limits_config_most_check;
         alter table limits_config add constraint limits_config_most_check check (most < 1000)",
        "check of column `most` is missing",
    ),
    Damage(
        "alter table limits_config drop constraint limits_config_status_check",
        "check of column `status` is missing",
    ),
    Damage(
        "alter table limits_config disable trigger config_sdk_update",
        "trigger `config_sdk_update` is not what the type says",
    ),
    Damage(
        "alter table limits_config enable replica trigger config_sdk_update",
        "trigger `config_sdk_update` is not what the type says",
    ),
    Damage("drop trigger config_sdk_fill on limits_config", "trigger `config_sdk_fill` is missing"),
    Damage(
        "drop function config_sdk.prune(bigint)",
        "the bookkeeping is missing or that of an older version",
    ),
    Damage("drop function config_sdk.changed() cascade", "trigger `config_sdk_delete` is missing"),
    Damage("drop index limits_config_one_active", "index `limits_config_one_active` is missing"),
    Damage(
        "comment on column limits_config.most is 'Anything'",
        "text of the comments on \"limits_config\" is not what the type says",
    ),
];

const ON_SQLITE: &[Damage] = &[
    Damage("drop table limits_config", "table \"limits_config\" is missing"),
    Damage(
        "drop trigger config_sdk_limits_insert_rules; drop trigger config_sdk_limits_update_rules;
         drop trigger config_sdk_limits_insert; drop trigger config_sdk_limits_update;
         drop trigger config_sdk_limits_delete; drop trigger config_sdk_limits_reason;
         alter table limits_config drop column most",
        "column `most` is missing",
    ),
    Damage(
        "drop trigger config_sdk_limits_update",
        "trigger `config_sdk_limits_update` is missing",
    ),
    Damage(
        "drop trigger config_sdk_limits_update;
         create trigger config_sdk_limits_update after update on limits_config begin select 1; end",
        "trigger `config_sdk_limits_update` is not what the type says",
    ),
    Damage("drop index limits_config_one_active", "index `limits_config_one_active` is missing"),
    Damage(
        "drop table config_sdk_change",
        "the bookkeeping is missing or that of an older version",
    ),
];

async fn what_is_missing_is_named_and_migrate_brings_it_back(store: Store) {
    store.migrate::<First>().await;
    let config = store.start::<First>().await;
    let damages = if store.is_postgres() { ON_POSTGRES } else { ON_SQLITE };
    for Damage(sql, what) in damages {
        store.sql(sql);
        let differences = config.check().await.unwrap();
        let named = |difference: &&Difference| difference.what == *what;
        let named = differences.iter().find(named);
        let named = named.unwrap_or_else(|| panic!("after {sql}: {differences:#?}"));
        assert_eq!(named.remedy, MIGRATE);
        let steps = store.migrate::<First>().await;
        assert!(steps.iter().all(|step| step.done), "after {sql}: {steps:#?}");
        assert_eq!(config.check().await.unwrap(), [], "after {sql}");
    }
    // All of it works again.
    store.sql("insert into limits_config (status, most) values ('active', 9)");
    assert_eq!(store.sql("select version, most from limits_config where status = 'active'"), "1|9");
}

async fn a_store_without_its_bookkeeping_says_so(store: Store) {
    store.sql("create table anything (n integer)");
    let program = store.program::<First>();
    let program = program.start_timeout(std::time::Duration::from_secs(1));
    let config = program.start().await.unwrap();
    let differences = config.check().await.unwrap();
    let what: Vec<_> = differences.iter().map(|difference| &*difference.what).collect();
    assert_eq!(
        what,
        [
            "the bookkeeping is missing or that of an older version",
            "table \"limits_config\" is missing",
        ]
    );
    // And while it runs, the tables are made: nothing has to be started again.
    store.migrate::<First>().await;
    store.sql(FIRST_ROWS);
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<First>().most, 50);
}

//! A store that an older struct made: what a newer one does to it, and that nothing stored is ever lost.

use config_sdk::{BlockState, ConfigBlock, Origin, Outcome, Step};

use crate::blocks::{FIRST_ROWS, First, Grown, Narrowed, Renamed, Retired, Retyped, Shrunk};
use crate::store::{SOON, Store, on_both};

on_both!(
    no_release_loses_what_another_has_stored,
    a_new_field_gets_its_column_and_its_default,
    a_removed_field_keeps_its_column_and_is_reported,
    a_retired_field_is_reported_until_its_column_is_dropped,
    a_retyped_field_is_left_alone_and_told_how_to_be_converted,
    a_narrowed_range_is_kept_from_now_on_and_old_rows_do_not_stop_it,
    old_rows_that_break_a_rule_can_be_set_right_by_the_sql_that_is_told,
    a_renamed_field_reads_the_column_it_names,
    two_releases_take_turns_without_a_loss,
);

/// A store that the first release has made and filled.
async fn older(store: &Store) {
    store.migrate::<First>().await;
    store.sql(FIRST_ROWS);
}

/// All that the first release has stored, and all that was logged of it.
fn stored(store: &Store) -> String {
    let rows = store.sql(
        "select id, version, status, threshold, most, mood, token, created_at, created_by, reason,
            activated_at from limits_config order by id",
    );
    let history = format!("select * from {} order by id", store.bookkeeping("change"));
    format!("{}\n{rows}\n{}", store.epoch(), store.sql(&history))
}

fn left(steps: &[Step]) -> Vec<&Step> {
    steps.iter().filter(|step| !step.done).collect()
}

async fn no_release_loses_what_another_has_stored(store: Store) {
    async fn keeps<T: ConfigBlock>(store: &Store, before: &str) {
        store.migrate::<T>().await;
        assert_eq!(stored(store), before, "{}", T::schema().type_name);
        let again = store.migrate::<T>().await;
        assert!(again.iter().all(|step| !step.done), "{again:?}");
    }
    older(&store).await;
    let before = &stored(&store);
    keeps::<Grown>(&store, before).await;
    keeps::<Shrunk>(&store, before).await;
    keeps::<Retired>(&store, before).await;
    keeps::<Renamed>(&store, before).await;
    keeps::<Retyped>(&store, before).await;
    keeps::<Narrowed>(&store, before).await;
    keeps::<First>(&store, before).await;
}

async fn a_new_field_gets_its_column_and_its_default(store: Store) {
    older(&store).await;
    let steps = store.migrate::<Grown>().await;
    assert_eq!(left(&steps), [] as [&Step; 0]);
    let created = |column: &str| {
        let what = format!("limits: created column `{column}`");
        steps.iter().any(|step| step.what == what)
    };
    assert!(created("least") && created("note"), "{steps:?}");
    assert_eq!(store.check::<Grown>().await, []);

    let config = store.start::<Grown>().await;
    let limits = config.get::<Grown>();
    assert_eq!((limits.most, limits.least, &limits.note), (50, 1, &None));
    assert!(
        store
            .refusal("update limits_config set least = 10 where status = 'active'")
            .contains("least")
    );
    store.sql("update limits_config set least = 3, note = 'new' where status = 'active'");
    config.wait_for(store.epoch(), SOON).await.unwrap();
    assert_eq!(config.get::<Grown>().least, 3);
}

async fn a_removed_field_keeps_its_column_and_is_reported(store: Store) {
    older(&store).await;
    let steps = store.migrate::<Shrunk>().await;
    let left = left(&steps);
    assert_eq!(left.len(), 1, "{steps:?}");
    assert!(left[0].what.contains("column `mood` is no field's"), "{}", left[0]);
    assert!(!left[0].sql.contains("drop"), "{}", left[0]);
    // Its rules go with the field: nobody reads what they would refuse.
    store.sql("update limits_config set mood = 'any' where status = 'active'");
    let config = store.start::<Shrunk>().await;
    assert_eq!(config.get::<Shrunk>().most, 50);
    assert_eq!(config.status().blocks[0].state, BlockState::Fresh);
}

async fn a_retired_field_is_reported_until_its_column_is_dropped(store: Store) {
    older(&store).await;
    let steps = store.migrate::<Retired>().await;
    let left = left(&steps);
    assert_eq!(left.len(), 1, "{steps:?}");
    assert!(left[0].what.contains("retired column `mood` is still there"), "{}", left[0]);
    assert_eq!(store.check::<Retired>().await.len(), 1);
    store.sql(&left[0].sql);
    assert_eq!(store.check::<Retired>().await, []);
    assert_eq!(store.sql("select most from limits_config where status = 'active'"), "50");
}

async fn a_retyped_field_is_left_alone_and_told_how_to_be_converted(store: Store) {
    older(&store).await;
    let steps = store.migrate::<Retyped>().await;
    let left = left(&steps);
    assert_eq!(left.len(), 1, "{steps:?}");
    assert!(left[0].what.contains("column `most` is "), "{}", left[0]);

    // What the column holds is no length of time: a fault like any other, and the defaults stay.
    let config = store.start::<Retyped>().await;
    let status = config.status();
    let BlockState::Rejected { faults } = &status.blocks[0].state else {
        panic!("{status}");
    };
    assert_eq!(faults.iter().next().unwrap().column.as_deref(), Some("most"));
    assert_eq!(status.blocks[0].origin, Origin::Default);

    // The SQL that is told does it, after which the rest is made.
    store.sql(&left[0].sql);
    store.migrate::<Retyped>().await;
    let differences = store.check::<Retyped>().await;
    let most = |column: &Option<String>| column.as_deref() == Some("most");
    // The rows that still hold a bare number are reported, and corrected by a person.
    store.sql(
        "update limits_config set most = '50s' where most = '50';
        update limits_config set most = '9s' where most = '9'",
    );
    for difference in differences.iter().filter(|difference| most(&difference.column)) {
        let remedy = difference.remedy.rsplit_once(": ").unwrap().1;
        store.sql(remedy);
    }
    let left = store.check::<Retyped>().await;
    assert!(!left.iter().any(|difference| most(&difference.column)), "{left:?}");
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<Retyped>().most.as_secs(), 50);
}

async fn a_narrowed_range_is_kept_from_now_on_and_old_rows_do_not_stop_it(store: Store) {
    older(&store).await;
    let steps = store.migrate::<Narrowed>().await;
    let left = left(&steps);
    assert_eq!(left.len(), 1, "{steps:?}");
    assert!(left[0].what.contains("rows that are there break the"), "{}", left[0]);
    assert!(left[0].what.contains("column `most`"), "{}", left[0]);
    let refusal = store.refusal("insert into limits_config (most) values (11)");
    assert!(refusal.contains("most"), "{refusal}");

    let config = store.start::<Narrowed>().await;
    let report = config.refresh_all().await.unwrap();
    let Some(Outcome::Rejected { faults }) = report.outcome("limits") else {
        panic!("{report}");
    };
    assert_eq!(faults.len(), 1);
    store.sql("update limits_config set most = 10 where status = 'active'");
    config.wait_for(store.epoch(), SOON).await.unwrap();
    assert_eq!(config.get::<Narrowed>().most, 10);
    for step in left {
        store.sql(&step.sql);
    }
    assert_eq!(config.check().await.unwrap(), []);
}

async fn old_rows_that_break_a_rule_can_be_set_right_by_the_sql_that_is_told(store: Store) {
    older(&store).await;
    let steps = store.migrate::<Narrowed>().await;
    let sql = &left(&steps)[0].sql;
    if store.is_postgres() {
        // Which validates, and says which check is broken for as long as it is.
        assert!(store.refusal(sql).contains("limits_config_most_check"));
        store.sql("update limits_config set most = null where most > 10");
    }
    store.sql(sql);
    assert_eq!(store.check::<Narrowed>().await, []);
    let row = "select most, mood from limits_config where status = 'active'";
    assert_eq!(store.sql(row), "|bold");
    let config = store.start::<Narrowed>().await;
    assert_eq!(config.get::<Narrowed>().most, 5);
}

async fn a_renamed_field_reads_the_column_it_names(store: Store) {
    older(&store).await;
    let steps = store.migrate::<Renamed>().await;
    assert_eq!(left(&steps), [] as [&Step; 0]);
    assert_eq!(store.check::<Renamed>().await, []);
    let config = store.start::<Renamed>().await;
    assert_eq!(config.get::<Renamed>().ceiling, 50);
}

async fn two_releases_take_turns_without_a_loss(store: Store) {
    older(&store).await;
    store.migrate::<Grown>().await;
    store.sql("update limits_config set note = 'kept', least = 2 where status = 'active'");
    // The release before is deployed again, and leaves what it does not know.
    let steps = store.migrate::<First>().await;
    assert_eq!(left(&steps).len(), 2, "{steps:?}");
    store.sql("update limits_config set most = 60 where status = 'active'");
    store.migrate::<Grown>().await;
    assert_eq!(store.check::<Grown>().await, []);
    let config = store.start::<Grown>().await;
    let limits = config.get::<Grown>();
    assert_eq!((limits.most, limits.least, limits.note.as_deref()), (60, 2, Some("kept")));
}

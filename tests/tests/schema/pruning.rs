//! History that is forgotten is missed by nobody who reads.

use std::collections::BTreeSet;

use config_sdk::{ConfigBlock, Request};

use crate::blocks::{First, Pace};
use crate::store::{SOON, Store, on_both};

on_both!(
    pruning_keeps_the_newest_epochs,
    a_reader_older_than_what_is_left_reads_everything_and_is_right,
    a_source_is_asked_for_more_than_is_left_and_yields_everything,
    the_number_of_a_deleted_row_is_not_given_again_after_pruning,
);

/// The SQL that forgets all changes but those of the newest `keep` epochs, as in `docs::editing`.
fn prune(store: &Store, keep: u64) -> String {
    if store.is_postgres() {
        return format!("select config_sdk.prune({keep});");
    }
    format!(
        "update config_sdk_epoch set floor = max(floor, epoch - {keep});
         delete from config_sdk_change
         where epoch <= (select floor from config_sdk_epoch) and what <> 'delete';"
    )
}

fn epochs_kept(store: &Store) -> String {
    store.sql(&format!("select epoch from {} order by id", store.bookkeeping("change")))
}

async fn pruning_keeps_the_newest_epochs(store: Store) {
    store.migrate::<First>().await;
    let config = store.start::<First>().await;
    store.sql("insert into limits_config (status, most) values ('active', 1)");
    for most in 2..=5 {
        store.sql(&format!("update limits_config set most = {most}"));
    }
    assert_eq!(config.prune(2).await, Ok(3));
    assert_eq!(epochs_kept(&store), "4\n5");
    store.sql(&prune(&store, 2));
    assert_eq!(epochs_kept(&store), "4\n5", "the SQL of the essay does the same");
    assert_eq!(config.prune(u64::MAX).await, Ok(0));
    assert_eq!(epochs_kept(&store), "4\n5");
    assert_eq!(store.epoch(), 5, "forgetting is no change");
    assert_eq!(config.check().await.unwrap(), []);
    assert_eq!(config.prune(0).await, Ok(2));
    assert_eq!(epochs_kept(&store), "");
    config.wait_for(5, SOON).await.unwrap();
    assert_eq!(config.get::<First>().most, 5);
    let config = store.start::<First>().await;
    assert_eq!(config.get::<First>().most, 5);
}

async fn a_reader_older_than_what_is_left_reads_everything_and_is_right(store: Store) {
    let program = store.program::<First>().block::<Pace>();
    program.migrate_now().await.unwrap();
    store.sql(
        "insert into limits_config (status, most) values ('active', 1);
         insert into pace_config (status, per_second) values ('active', 1);",
    );
    let config = program.start().await.unwrap();
    assert!(config.ready(SOON).await);
    // In one transaction: no reader can have heard of the changes before they are forgotten.
    store.sql(&format!(
        "begin; update limits_config set most = 2; delete from pace_config; {} commit;",
        prune(&store, 0)
    ));
    config.wait_for(store.epoch(), SOON).await.unwrap();
    assert_eq!(config.get::<First>().most, 2);
    assert_eq!(*config.get::<Pace>(), Pace::default());
    // And it hears of what comes after.
    store.sql("update limits_config set most = 3");
    config.wait_for(store.epoch(), SOON).await.unwrap();
    assert_eq!(config.get::<First>().most, 3);
}

async fn a_source_is_asked_for_more_than_is_left_and_yields_everything(store: Store) {
    let program = store.program::<First>().block::<Pace>();
    program.migrate_now().await.unwrap();
    store.sql("insert into pace_config (status, per_second) values ('active', 1)");
    store.sql("insert into limits_config (status, most) values ('active', 1)");
    store.sql("update limits_config set most = 2");
    let (source, schemas) = (store.source(), [First::schema(), Pace::schema()]);
    let everything = Request::everything(&schemas);
    let changed = |since: u64| {
        let (source, request) = (&source, everything.since(since));
        async move { BTreeSet::from_iter(source.fetch(request).await.unwrap().blocks.into_keys()) }
    };
    source.fetch(everything).await.unwrap(); // a new connection counts on nothing
    assert_eq!(changed(1).await, ["limits"].into());
    assert_eq!(source.store().unwrap().prune(1).await, Ok(2));
    assert_eq!(changed(1).await, ["limits", "pace"].into());
    assert_eq!(changed(2).await, ["limits"].into());
    assert_eq!(changed(3).await, [].into());
}

async fn the_number_of_a_deleted_row_is_not_given_again_after_pruning(store: Store) {
    store.migrate::<First>().await;
    let config = store.start::<First>().await;
    for round in 0..3 {
        store.sql("insert into limits_config (status, most) values ('active', 1)");
        store.sql("delete from limits_config");
        assert_eq!(config.prune(0).await, Ok(2 - u64::from(round == 0)));
    }
    store.sql("insert into limits_config (status, most) values ('active', 1)");
    assert_eq!(store.sql("select version from limits_config"), "4");
    let log = store.bookkeeping("change");
    let kept = format!("select count(*) from {log} where what = 'delete'");
    assert_eq!(store.sql(&kept), "1", "the newest tells it alone");
}

//! History that is forgotten is missed by nobody who reads.

use crate::blocks::{First, Pace};
use crate::store::{SOON, Store, on_both};

on_both!(
    pruning_keeps_the_newest_epochs,
    a_reader_older_than_what_is_left_reads_everything_and_is_right,
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
    store.sql("insert into limits_config (status, most) values ('active', 1)");
    for most in 2..=5 {
        store.sql(&format!("update limits_config set most = {most}"));
    }
    store.sql(&prune(&store, 2));
    assert_eq!(epochs_kept(&store), "4\n5");
    store.sql(&prune(&store, 9));
    assert_eq!(epochs_kept(&store), "4\n5");
    assert_eq!(store.epoch(), 5, "forgetting is no change");
    assert_eq!(store.check::<First>().await, []);
    store.sql(&prune(&store, 0));
    assert_eq!(epochs_kept(&store), "");
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

async fn the_number_of_a_deleted_row_is_not_given_again_after_pruning(store: Store) {
    store.migrate::<First>().await;
    for _ in 0..3 {
        store.sql("insert into limits_config (status, most) values ('active', 1)");
        store.sql("delete from limits_config");
        store.sql(&prune(&store, 0));
    }
    store.sql("insert into limits_config (status, most) values ('active', 1)");
    assert_eq!(store.sql("select version from limits_config"), "4");
    if store.is_postgres() {
        let kept = "select count(*) from config_sdk.change where what = 'delete'";
        assert_eq!(store.sql(kept), "1", "the newest tells it alone");
    }
}

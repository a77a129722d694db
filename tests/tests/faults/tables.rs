//! Tables that are locked, taken away, put back, and changed under a running program.

use std::time::Duration;

use config_sdk::{BlockState, Status};
use config_tests::wait;
use tokio::time::sleep;

use crate::blocks::NorthConfig;
use crate::stage::{Stage, migrate};
use crate::trial::Trial;
use crate::writer::{set, set_both};

/// Whether `south` is said to be unreadable.
fn is_unreadable(status: &Status) -> bool {
    status.block("south").is_some_and(|block| block.error.is_some())
}

/// Whether the row of `south` is said to be turned away.
pub(crate) fn is_rejected(status: &Status) -> bool {
    status.block("south").is_some_and(|block| matches!(block.state, BlockState::Rejected { .. }))
}

/// A change is committed, and one of its tables locked before anybody can have read it. The other
/// table is not held up, and nobody changes anything after the lock's end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_locked() {
    let mut trial = Trial::begin(Stage::new().await, "table locked");
    let number = trial.pause().await;
    let stage = trial.stage();
    stage.readers.allow_apart(true);
    let locker = stage.database.client().await;
    stage.proxy.freeze_to_server(); // nobody asks before the lock is there
    let lock = format!("{}; begin; lock table south_config", set_both(number));
    locker.batch_execute(&lock).await.expect("a lock");
    stage.proxy.heal();
    stage.writer.note(number);
    trial.noticed("the lock", is_unreadable).await;

    let stage = trial.stage();
    let other = stage.writer.number();
    stage.database.client().await.batch_execute(&set("north", other)).await.expect("a change");
    wait::until("the other block's change", Duration::from_secs(5), || async {
        stage.config.get::<NorthConfig>().number() == Some(other)
    })
    .await;
    sleep(Duration::from_secs(2)).await;
    locker.batch_execute("rollback").await.expect("the lock's end");
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_renamed_and_renamed_back() {
    let mut trial = Trial::begin(Stage::new().await, "table renamed and renamed back");
    let calm = trial.calm().await;
    trial.stage().database.psql("alter table south_config rename to away");
    drop(calm);
    trial.noticed("its absence", is_unreadable).await;
    trial.stage().database.psql("alter table away rename to south_config");
    trial.healed().await;
}

/// A new table counts its versions from one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_dropped_and_made_again() {
    let mut trial = Trial::begin(Stage::new().await, "table dropped and made again");
    trial.stage().readers.allow_rewind();
    let calm = trial.calm().await;
    trial.stage().database.psql("drop table south_config");
    drop(calm);
    trial.noticed("its absence", is_unreadable).await;
    let number = trial.pause().await;
    let stage = trial.stage();
    stage.readers.allow_apart(true);
    migrate(&stage.database).await;
    stage.database.psql(&set_both(number));
    stage.writer.note(number);
    trial.healed().await;
}

/// Without its column a field has its default, which disagrees with the other field: the row is bad.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_is_dropped_and_added_again() {
    let mut trial = Trial::begin(Stage::new().await, "column dropped");
    let calm = trial.calm().await;
    trial.stage().database.psql("alter table south_config drop column second");
    drop(calm);
    trial.noticed("the rejection", is_rejected).await;
    sleep(Duration::from_secs(1)).await;
    trial.pause().await; // who locks a table and then writes may wait for a writer who waits for it
    trial.stage().database.psql(
        "begin; alter table south_config add column second bigint; \
         update south_config set second = first; commit",
    );
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_is_given_another_type() {
    let mut trial = Trial::begin(Stage::new().await, "column retyped");
    let number = trial.pause().await; // a text takes the writer's numbers too
    drop(trial.calm().await);
    let retype = "alter table south_config alter column second type";
    trial.stage().database.psql(&format!("{retype} text using second || ' or so'"));
    trial.noticed("the rejection", is_rejected).await;
    let stage = trial.stage();
    let repair = format!("{retype} bigint using null; {}", set_both(number));
    stage.database.psql(&repair);
    stage.writer.note(number);
    trial.healed().await;
}

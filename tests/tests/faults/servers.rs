//! A server that is killed, stopped, put back to a backup, or frozen.

use std::time::Duration;

use tokio::time::sleep;

use crate::stage::{Stage, is_unreachable};
use crate::trial::Trial;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_and_started_again() {
    let mut trial = Trial::begin(Stage::new().await, "server killed (-9)");
    trial.stage().server.kill9();
    trial.noticed("the loss", is_unreachable).await;
    sleep(Duration::from_secs(3)).await;
    trial.stage().server.restart();
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_and_started_again() {
    let mut trial = Trial::begin(Stage::new().await, "server stopped");
    trial.stage().server.stop();
    trial.noticed("the loss", is_unreachable).await;
    sleep(Duration::from_secs(3)).await;
    trial.stage().server.restart();
    trial.healed().await;
}

/// The backup's epoch, versions and numbers are lower, and they are what counts now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_back_as_an_older_backup() {
    let stage = Stage::new().await;
    stage.server.save();
    let saved = stage.writer.committed();
    config_tests::wait::until("forty changes more", crate::stage::SOON, || async {
        stage.readers.newest() > saved + 40
    })
    .await;
    let mut trial = Trial::begin(stage, "server restored from an older backup");
    trial.stage().readers.allow_rewind();
    trial.stage().server.stop();
    trial.noticed("the loss", is_unreachable).await;
    trial.stage().server.restore();
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_frozen_for_8_s() {
    let trial = Trial::begin(Stage::new().await, "server frozen for 8 s");
    trial.stage().server.freeze();
    sleep(Duration::from_secs(8)).await;
    trial.stage().server.thaw();
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_frozen_until_that_is_noticed() {
    let mut trial = Trial::begin(Stage::new().await, "server frozen until noticed");
    trial.stage().server.freeze();
    trial.noticed("the silence", is_unreachable).await;
    sleep(Duration::from_secs(3)).await;
    trial.stage().server.thaw();
    trial.healed().await;
}

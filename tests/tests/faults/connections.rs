//! Connections that are ended, and a server that no longer lets the program in.

use std::time::Duration;

use config_sdk::{Status, StoreState};
use config_tests::authority::{Authority, Flaw};
use config_tests::postgres::Server;
use tokio::time::sleep;

use crate::stage::{Stage, is_lost};
use crate::trial::Trial;

/// What tells the listening session from the asking one: its last query.
const LISTENS: &str = "(query like 'select pg_notify%' or query like 'select epoch%')";

/// Nothing is to be noticed: the next pass opens another connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asking_connection_that_is_ended() {
    let trial = Trial::begin(Stage::new().await, "asking connection ended");
    assert_eq!(trial.stage().end_sessions(&format!("not {LISTENS}")), "1");
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listening_connection_that_is_ended() {
    let mut trial = Trial::begin(Stage::new().await, "listening connection ended");
    assert_eq!(trial.stage().end_sessions(LISTENS), "1");
    trial.noticed("deafness", is_lost).await;
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_connections_ended() {
    let mut trial = Trial::begin(Stage::new().await, "both connections ended");
    assert_eq!(trial.stage().end_sessions("true"), "2");
    trial.noticed("deafness", is_lost).await;
    trial.healed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_is_changed_and_changed_back() {
    let mut trial = Trial::begin(Stage::new().await, "password changed");
    trial.stage().set_password("another");
    trial.stage().end_sessions("true");
    trial.noticed("the refusal", |status| is_refused(status, "does not let")).await;
    sleep(Duration::from_secs(3)).await;
    trial.stage().set_password(trial.stage().role_password());
    trial.healed().await;
}

/// The server is restarted with a certificate for another host, and later with a good one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_wrong_after_a_restart() {
    let (authority, server) = (Authority::new(), Server::start());
    authority.equip(&server, Flaw::None);
    let roots = authority.certificate().display();
    let options = format!("?sslmode=verify-full&sslrootcert={roots}");
    let stage = Stage::on(server, &options, |builder| builder).await;
    let mut trial = Trial::begin(stage, "certificate wrong after a restart");
    authority.equip(&trial.stage().server, Flaw::OtherHost);
    trial.noticed("the refusal", |status| is_refused(status, "verify-ca")).await;
    sleep(Duration::from_secs(3)).await;
    authority.equip(&trial.stage().server, Flaw::None);
    trial.healed().await;
}

/// Whether the store is said to be lost for a reason with these words.
fn is_refused(status: &Status, words: &str) -> bool {
    matches!(&status.store, StoreState::Unreachable { error, .. } if error.contains(words))
}

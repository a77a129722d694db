//! A network that is cut, or swallows what is sent: both ways, or one.

use std::time::Duration;

use config_tests::proxy::Proxy;
use tokio::time::sleep;

use crate::stage::{Stage, is_unreachable};
use crate::trial::Trial;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_cut() {
    network("network cut", Proxy::cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_swallows_everything() {
    network("network silent both ways", Proxy::freeze).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_swallows_what_goes_to_the_server() {
    network("network silent to the server", Proxy::freeze_to_server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_swallows_what_comes_from_the_server() {
    network("network silent to the program", Proxy::freeze_to_client).await;
}

async fn network(fault: &'static str, breaks: fn(&Proxy)) {
    let mut trial = Trial::begin(Stage::new().await, fault);
    breaks(&trial.stage().proxy);
    trial.noticed("the loss", is_unreachable).await;
    sleep(Duration::from_secs(3)).await;
    trial.stage().proxy.heal();
    trial.healed().await;
}

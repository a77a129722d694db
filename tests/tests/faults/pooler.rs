//! A pooler in transaction mode that is killed, or frozen; listening leads past it.

use std::time::Duration;

use config_sdk::ConfigBuilder;
use config_tests::pooler::Pooler;
use config_tests::postgres::Server;
use tokio::time::sleep;

use crate::stage::{Stage, is_unreachable};
use crate::trial::Trial;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_is_killed_and_started_again() {
    pooler("pooler killed (-9)", Pooler::kill9, Pooler::restart).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_is_frozen_until_that_is_noticed() {
    pooler("pooler frozen until noticed", Pooler::freeze, Pooler::thaw).await;
}

async fn pooler(fault: &'static str, breaks: fn(&Pooler), mends: fn(&Pooler)) {
    let server = Server::start();
    let pooler = Pooler::to(&server, 2);
    let listen = |builder: ConfigBuilder, url: &str| builder.listen_url(url);
    let stage = Stage::through(pooler.port(), server, "", listen).await;
    let mut trial = Trial::begin(stage, fault);
    breaks(&pooler);
    trial.noticed("the loss", is_unreachable).await;
    sleep(Duration::from_secs(3)).await;
    mends(&pooler);
    trial.healed().await;
}

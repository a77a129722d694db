//! A connection that no longer hears is noticed and repaired; where listening cannot work, the state says so.

use std::time::{Duration, Instant};

use config_sdk::{
    BoxFuture, Event, Fetched, MemoryStore, PushState, Request, Source, SourceError, StoreState,
    Trigger,
};
use config_tests::postgres::Server;
use config_tests::proxy::Proxy;
use config_tests::wait;

use crate::blocks::TradingConfig;
use crate::log;
use crate::stage::{self, HOUR, SOON, decimal, insert, set_score};

/// By when a dead connection must have been noticed.
const NOTICED: Duration = Duration::from_secs(20);

fn is_disconnected(status: &config_sdk::Status) -> bool {
    matches!(status.push, PushState::Disconnected { .. })
}

#[tokio::test]
async fn a_listening_session_that_is_ended_is_disconnected_and_then_listens_again() {
    log::keep();
    let database = stage::database().await;
    database.psql(&insert("trading", &[]));
    let config = stage::on_postgres(&database).await;
    let mut events = config.events();
    database.terminate_backends();
    stage::status(&config, "deafness", is_disconnected).await;
    stage::listening(&config).await;
    database.psql(&set_score("0.9"));
    stage::score(&config, "0.9").await;
    let mut told = Vec::new();
    while told.last() != Some(&"published") {
        told.push(match stage::soon(events.next()).await.unwrap() {
            Event::PushLost { .. } => "lost",
            Event::PushWorks => "works",
            Event::Published { trigger, .. } => {
                assert!(matches!(trigger, Trigger::Push | Trigger::Reconnect));
                "published"
            }
            Event::StoreLost { .. } | Event::StoreBack => continue,
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(told, ["lost", "works", "published"]);
    assert_eq!(log::warnings("no longer listening for changes; polling goes on").len(), 1);
}

#[tokio::test]
async fn a_frozen_server_is_noticed_within_20_s_and_fresh_again_seconds_after_it_thaws() {
    let server = Server::start();
    let database = server.database();
    stage::migrate(&database).await;
    database.psql(&insert("trading", &[]));
    let config = stage::on_postgres(&database).await;
    server.freeze();
    let began = Instant::now();
    wait::until("deafness", NOTICED, || async { is_disconnected(&config.status()) }).await;
    println!("noticed after {:?}", began.elapsed());
    server.thaw();
    database.psql(&set_score("0.9"));
    wait::until("the change", Duration::from_secs(8), || async {
        config.get::<TradingConfig>().score_threshold == decimal("0.9")
    })
    .await;
    stage::listening(&config).await;
}

#[tokio::test]
async fn a_network_that_swallows_one_way_is_noticed_within_20_s_and_healed_within_seconds() {
    let server = Server::start(); // a session stuck half way holds up who drops a database
    let database = server.database();
    stage::migrate(&database).await;
    database.psql(&insert("trading", &[]));
    let proxy = Proxy::to(database.server().port());
    let builder = stage::builder().url(&database.url_through(proxy.port()));
    let config = builder.start_timeout(SOON).start().await.unwrap();
    stage::listening(&config).await;
    proxy.freeze_to_client();
    wait::until("deafness", NOTICED, || async { is_disconnected(&config.status()) }).await;
    database.psql(&set_score("0.9"));
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.70"));
    proxy.heal();
    stage::score(&config, "0.9").await;
    stage::listening(&config).await;
}

#[tokio::test]
async fn a_connection_that_is_accepted_and_never_answered_does_not_end_the_trying() {
    let server = Server::start();
    let database = server.database();
    stage::migrate(&database).await;
    let proxy = Proxy::to(database.server().port());
    let builder = stage::builder().url(&database.url_through(proxy.port()));
    let config = builder.start_timeout(SOON).start().await.unwrap();
    stage::listening(&config).await;
    proxy.cut();
    stage::status(&config, "deafness", is_disconnected).await;
    let before = proxy.accepted();
    proxy.freeze();
    // The asking connection and the listening one, each more than once.
    wait::until("new tries", 2 * NOTICED, || async { proxy.accepted() > before + 3 }).await;
    proxy.heal();
    stage::listening(&config).await;
}

/// A store that nobody can listen to.
struct Mute(MemoryStore);

impl Source for Mute {
    fn name(&self) -> String {
        "mute".to_owned()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        self.0.fetch(request)
    }
}

#[tokio::test]
async fn where_listening_cannot_work_the_state_says_poll_only_and_why_and_changes_come_by_polling()
{
    let store = MemoryStore::new();
    let builder = stage::builder().store(Mute(store.clone())).ttl(Duration::from_millis(50));
    let config = builder.start().await.unwrap();
    let reason = "this source has no push".to_owned();
    let wanted = PushState::PollOnly { reason };
    stage::status(&config, "poll only", |status| status.push == wanted).await;
    let mut events = config.events();
    store.set("trading", [("score_threshold", "0.8")]);
    stage::score(&config, "0.8").await;
    let Some(Event::Published { trigger: Trigger::Poll, .. }) = stage::soon(events.next()).await
    else {
        panic!("not by polling")
    };
    assert!(config.status().to_string().contains("poll only: this source has no push"));
    assert!(config.status().is_ready());
}

#[tokio::test]
async fn a_notification_that_nobody_hears_is_made_good_by_the_next_poll() {
    let store = MemoryStore::new();
    let builder = stage::builder().store(store.clone()).ttl(Duration::from_millis(200));
    let config = builder.start().await.unwrap();
    stage::listening(&config).await;
    store.lose_notifications();
    store.set("trading", [("score_threshold", "0.8")]);
    stage::score(&config, "0.8").await;
    assert_eq!(config.status().store, StoreState::Connected);
}

/// A source that panics instead of answering.
struct Wild;

impl Source for Wild {
    fn name(&self) -> String {
        "wild".to_owned()
    }

    fn fetch<'a>(&'a self, _: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(async { panic!("a source of bad manners") })
    }

    fn changes<'a>(&'a self, _: config_sdk::Signal) -> BoxFuture<'a, config_sdk::Deaf> {
        Box::pin(async { panic!("a source of bad manners") })
    }
}

#[tokio::test]
async fn a_source_that_panics_ends_neither_the_process_nor_the_refreshing() {
    let builder = stage::builder().store(Wild).ttl(HOUR);
    let config = builder.start_timeout(Duration::from_millis(100)).start().await.unwrap();
    for _ in 0..3 {
        let report = config.refresh_all().await.unwrap();
        assert!(report.to_string().contains("unavailable: the source panicked"), "{report}");
    }
    stage::status(&config, "deafness", is_disconnected).await;
    assert_eq!(*config.get::<TradingConfig>(), TradingConfig::default());
}

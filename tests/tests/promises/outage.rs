//! A store that is lost: last good values, an honest state, one warning, and readiness that goes back.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use config_sdk::{
    BlockState, Config, ConfigBlock, Event, Faults, MemoryStore, Outcome, Status, StoreState,
};

use crate::blocks::{RiskConfig, TradingConfig};
use crate::log;
use crate::stage::{self, SOON, decimal};

fn is_lost(status: &Status) -> bool {
    status.store != StoreState::Connected
}

#[tokio::test]
async fn an_outage_is_told_once_and_so_is_its_end_however_often_it_is_asked_for() {
    log::keep();
    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "0.8")]);
    let builder = stage::builder().store(store.clone()).ttl(Duration::from_millis(20));
    let config = builder.start().await.unwrap();
    stage::listening(&config).await;
    let mut events = config.events();
    for outage in 1..=2 {
        store.fail("gone fishing");
        stage::status(&config, "the outage", is_lost).await;
        for _ in 0..20 {
            config.refresh_all().await.unwrap();
        }
        store.heal();
        stage::status(&config, "the store", |status| !is_lost(status)).await;
        stage::listening(&config).await;
        let warnings = log::warnings("the store cannot be read");
        assert_eq!(warnings.len(), outage, "{warnings:#?}");
    }
    let mut told = Vec::new();
    while told.len() < 4 {
        match stage::soon(events.next()).await.unwrap() {
            Event::StoreLost { error } => {
                assert_eq!(error, "gone fishing");
                told.push("lost");
            }
            Event::StoreBack => told.push("back"),
            Event::PushLost { .. } | Event::PushWorks => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, ["lost", "back", "lost", "back"]);
}

#[tokio::test]
async fn readiness_goes_back_with_the_store_and_returns_with_it() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    assert!(config.ready(SOON).await);
    store.fail("gone fishing");
    config.refresh_all().await.unwrap();
    assert!(!config.status().is_ready());
    assert!(!config.ready(Duration::from_millis(10)).await);
    store.heal();
    assert!(config.ready(SOON).await);
}

#[tokio::test]
async fn the_state_says_since_when_the_store_is_lost_and_why_it_still_is() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    store.fail("gone fishing");
    config.refresh_all().await.unwrap();
    let first = config.status();
    store.fail("asleep");
    config.refresh_all().await.unwrap();
    let second = config.status();
    let StoreState::Unreachable { since, error } = first.store else { panic!() };
    let StoreState::Unreachable { since: later, error: other } = second.store else { panic!() };
    assert_eq!((error.as_str(), other.as_str()), ("gone fishing", "asleep"));
    assert_eq!(since, later);
    let BlockState::Stale { since: stale } = second.blocks[0].state else { panic!() };
    assert!(stale <= since, "a block is stale from when the store confirmed it last");
    assert_eq!(Some(stale), second.blocks[0].last_success);
}

#[tokio::test]
async fn a_forced_refresh_says_what_was_unavailable_and_why() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    store.fail("gone fishing");
    let report = config.refresh::<TradingConfig>().await.unwrap();
    let [block] = report.blocks.as_slice() else { panic!("{report}") };
    assert_eq!((block.name, &block.outcome), ("trading", &Outcome::Unavailable));
    assert_eq!(block.error.as_deref(), Some("gone fishing"));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["blocks"][0]["outcome"], "unavailable");
    assert_eq!(json["blocks"][0]["error"], "gone fishing");
}

#[tokio::test]
async fn one_block_that_cannot_be_read_is_told_once_and_holds_no_other_back() {
    log::keep();
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let mut events = config.events();
    let began = std::time::SystemTime::now();
    store.unreadable("trading", Some("its table is on loan"));
    config.refresh_all().await.unwrap();
    store.set("risk", [("max_drawdown_pct", "15")]);
    stage::drawdown(&config, "15").await;
    for _ in 0..5 {
        config.refresh_all().await.unwrap();
    }
    let status = config.status();
    assert!(!status.is_ready());
    let since = status.block("trading").and_then(|block| block.trouble_since);
    assert!(since.is_some_and(|since| since >= began), "{status}");
    let shown = status.to_string();
    let line = shown.lines().find(|line| line.ends_with("its table is on loan"));
    assert!(line.is_some_and(|line| line.contains("cannot be read since 20")), "{status}");
    assert_eq!(log::warnings("the block cannot be read; its last good value stays").len(), 1);
    let mut unavailable = 0;
    while let Some(event) = stage::soon(events.next()).await {
        match event {
            Event::Unavailable { block: "trading", .. } => unavailable += 1,
            Event::Published { .. } => break,
            _ => {}
        }
    }
    assert_eq!(unavailable, 1);
    store.unreadable("trading", None);
    config.refresh_all().await.unwrap();
    assert_eq!(stage::state(&config, "trading"), BlockState::Fresh);
}

#[tokio::test]
async fn an_older_answer_that_arrives_late_does_not_overwrite_a_newer_one() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    store.delay(Duration::from_millis(100));
    store.set("trading", [("score_threshold", "0.1")]);
    let asked = store.fetches();
    config_tests::wait::until("the slow pass", SOON, || async { store.fetches() > asked }).await;
    store.set("trading", [("score_threshold", "0.2")]);
    store.heal();
    let mut changes = config.subscribe::<TradingConfig>();
    stage::score(&config, "0.2").await;
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.2"));
    let change = stage::soon(changes.next()).await.unwrap();
    assert!(change.new.score_threshold == decimal("0.2"));
}

#[tokio::test]
async fn changes_that_the_store_has_forgotten_are_read_as_they_are() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    store.lose_notifications();
    let epoch = store.set("trading", [("score_threshold", "0.1")]);
    store.set("risk", [("max_drawdown_pct", "15")]);
    store.prune(epoch + 1);
    config.refresh_all().await.unwrap();
    stage::score(&config, "0.1").await;
    stage::drawdown(&config, "15").await;
}

#[tokio::test]
async fn a_store_with_a_lower_epoch_is_read_as_it_is_now() {
    let store = MemoryStore::new();
    for score in ["0.1", "0.2", "0.3"] {
        store.set("trading", [("score_threshold", score)]);
    }
    let config = stage::on_memory(&store).await;
    store.rewind(0);
    store.set("trading", [("score_threshold", "0.4")]);
    stage::score(&config, "0.4").await;
    assert_eq!(config.status().epoch, 1);
}

static JUDGED: AtomicU32 = AtomicU32::new(0);

#[derive(ConfigBlock)]
#[config(check = Self::count)]
struct CountedConfig {
    #[config(default = 1, range = 1..=9)]
    number: u32,
}

impl CountedConfig {
    fn count(&self) -> Result<(), Faults> {
        JUDGED.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn a_row_that_was_turned_away_is_not_judged_again_when_the_store_comes_back() {
    let store = MemoryStore::new();
    let builder = Config::builder().block::<CountedConfig>().block::<RiskConfig>();
    let config = builder.store(store.clone()).start().await.unwrap();
    let epoch = store.set("counted", [("number", "99")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let judged = JUDGED.load(Ordering::SeqCst);
    for _ in 0..3 {
        store.fail("gone fishing");
        config.refresh::<RiskConfig>().await.unwrap();
        store.heal();
        config.refresh::<RiskConfig>().await.unwrap(); // reads everything
    }
    assert!(matches!(stage::state(&config, "counted"), BlockState::Rejected { .. }));
    assert_eq!(config.get::<CountedConfig>().number, 1);
    assert_eq!(JUDGED.load(Ordering::SeqCst), judged);
}

//! Who waits for changes hears of each real one, as far as it wants to keep up, and of nothing else.

use std::time::Duration;

use config_sdk::{Event, MemoryStore, Trigger};

use crate::blocks::TradingConfig;
use crate::stage::{self, SOON, decimal, insert};

#[tokio::test]
async fn an_unchanged_row_publishes_nothing_and_wakes_nobody() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    let config = stage::on_postgres(&database).await;
    stage::score(&config, "0.8").await;
    config.refresh_all().await.unwrap();
    let mut changes = config.subscribe::<TradingConfig>();
    let mut events = config.events();
    let epoch = config.status().epoch;
    database.psql("update trading_config set score_threshold = score_threshold");
    database.psql("update trading_config set score_threshold = 0.8");
    database.psql("insert into trading_config (status, score_threshold) values ('draft', 0.1)");
    database.psql("select pg_notify('config_sdk', '')");
    config.refresh_all().await.unwrap();
    let one_draft = epoch + 1; // which is a change of the table, and of no value
    assert_eq!(config.status().epoch, one_draft);
    // The first thing that anybody hears of is the next real change.
    database.psql("update trading_config set max_positions = 9 where status = 'active'");
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!(change.fields, ["max_positions"]);
    assert_eq!(change.meta.epoch, one_draft + 1);
    let Some(Event::Published { fields, trigger, .. }) = stage::soon(events.next()).await else {
        panic!()
    };
    assert_eq!((fields, trigger), (vec!["max_positions"], Trigger::Push));
}

#[tokio::test]
async fn a_row_that_says_the_same_in_other_words_wakes_nobody() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    stage::listening(&config).await;
    let mut events = config.events();
    let mut changes = config.subscribe::<TradingConfig>();
    for (column, text) in [
        ("score_threshold", "0.7"),
        ("max_positions", "+5"),
        ("pause", "30000ms"),
        ("unknown", "x"),
    ] {
        let epoch = store.set("trading", [(column, text)]);
        config.wait_for(epoch, SOON).await.unwrap();
    }
    let epoch = store.set("trading", [("max_positions", "6")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let Some(Event::Published { version, .. }) = stage::soon(events.next()).await else { panic!() };
    assert_eq!(version, 5, "what did not change was published");
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!((change.old.max_positions, change.new.max_positions), (5, 6));
    assert_eq!(change.meta.version, 5, "the changes before it woke somebody");
}

#[tokio::test]
async fn a_subscriber_that_dawdles_gets_the_newest_with_what_it_saw_last_as_old() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let mut changes = config.subscribe::<TradingConfig>();
    for number in ["6", "7", "8"] {
        let epoch = store.set("trading", [("max_positions", number)]);
        config.wait_for(epoch, SOON).await.unwrap();
    }
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!((change.old.max_positions, change.new.max_positions), (5, 8));
    // There and back again while it was away is no change.
    for number in ["9", "8"] {
        let epoch = store.set("trading", [("max_positions", number)]);
        config.wait_for(epoch, SOON).await.unwrap();
    }
    let epoch = store.set("trading", [("max_positions", "8"), ("score_threshold", "0.9")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!(change.fields, ["score_threshold"]);
    assert_eq!(change.old.score_threshold, decimal("0.70"));
}

#[tokio::test]
async fn a_subscriber_that_panics_or_is_never_polled_harms_nobody() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let _never_polled = config.subscribe::<TradingConfig>();
    let _never_read = config.events();
    let mut panics = config.subscribe::<TradingConfig>();
    let doomed = tokio::spawn(async move {
        let _change = panics.next().await;
        panic!("a subscriber of bad manners");
    });
    for number in 6..=99 {
        let epoch = store.set("trading", [("max_positions", number.to_string().as_str())]);
        config.wait_for(epoch, SOON).await.unwrap();
    }
    assert!(doomed.await.unwrap_err().is_panic());
    assert_eq!(config.get::<TradingConfig>().max_positions, 99);
}

#[tokio::test]
async fn a_reader_of_events_that_dawdles_is_told_how_many_it_missed() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let mut events = config.events();
    for round in 0..300 {
        let number = (1 + round % 2).to_string();
        let epoch = store.set("trading", [("max_positions", number.as_str())]);
        config.wait_for(epoch, SOON).await.unwrap();
    }
    let Some(Event::Missed { count }) = stage::soon(events.next()).await else {
        panic!("nothing was missed")
    };
    assert!(count > 0);
    let Some(Event::Published { block: "trading", .. }) = stage::soon(events.next()).await else {
        panic!()
    };
}

#[tokio::test]
async fn a_late_epoch_is_waited_for_and_a_missing_one_is_an_error_that_says_what_readers_have() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let epoch = store.set("trading", [("max_positions", "6")]);
    config.wait_for(epoch, SOON).await.unwrap();
    config.wait_for(0, Duration::ZERO).await.unwrap();
    let error = config.wait_for(epoch + 1, Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error.to_string(), "epoch 2 did not arrive within 20ms; readers have 1");
}

#[tokio::test]
async fn a_row_that_was_turned_away_and_is_good_again_is_told_of() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    for repair in ["0.8", "0.80"] {
        store.set("trading", [("score_threshold", "0.8")]);
        config.refresh_all().await.unwrap();
        store.set("trading", [("score_threshold", "8")]);
        config.refresh_all().await.unwrap();
        let mut events = config.events();
        store.set("trading", [("score_threshold", repair)]);
        config.refresh_all().await.unwrap();
        let told = stage::soon(async {
            loop {
                if let Some(Event::Accepted { block, version }) = events.next().await {
                    return (block, version > 0);
                }
            }
        });
        assert_eq!(told.await, ("trading", true));
    }
}

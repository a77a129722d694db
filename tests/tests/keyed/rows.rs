//! Rows that are turned away, brought into range, or of no key.

use config_sdk::{Event, LoadError, MemoryStore};

use crate::blocks::{BytesConfig, SOON, guild, plan, set_daily, start};

#[tokio::test]
async fn a_bad_row_keeps_the_last_good_copy_and_is_not_read_in_a_loop() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    let epoch = set_daily(&store, "guild-1", 5000);
    config.wait_for(epoch, SOON).await.unwrap();
    for _ in 0..100 {
        assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    }
    assert_eq!(store.loads(), 2);
    let error = bytes.get_fresh("guild-1").await.unwrap_err();
    assert!(matches!(error, LoadError::Rejected(_)));
    assert_eq!(
        error.to_string(),
        "the row of the key is turned away:\nbytes[guild-1].daily_amount = 5000: must be within 1..=1000 (range 1..=1000)"
    );
    assert_eq!(config.status().keyed("bytes").unwrap().rejected, 1);
    let epoch = set_daily(&store, "guild-1", 40);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 40);
    assert_eq!(config.status().keyed("bytes").unwrap().rejected, 0);
}

#[tokio::test]
async fn a_bad_row_of_a_key_never_read_before_leaves_what_is_shared() {
    let store = MemoryStore::new();
    store.set("bytes", [("greeting", "hello")]);
    set_daily(&store, "guild-1", 5000);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    let copy = bytes.get("guild-1").await;
    assert_eq!((copy.daily_amount, copy.greeting.as_deref()), (10, Some("hello")));
    bytes.get("guild-1").await;
    assert_eq!(store.loads(), 1);
}

#[tokio::test]
async fn a_bad_shared_row_leaves_the_last_good_one() {
    let store = MemoryStore::new();
    store.set("bytes", [("greeting", "hello"), ("daily_amount", "50")]);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 50);
    let epoch = store.set("bytes", [("daily_amount", "5000")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let copy = bytes.get("guild-1").await;
    assert_eq!((copy.daily_amount, copy.greeting.as_deref()), (50, Some("hello")));
    assert_eq!(config.status().keyed("bytes").unwrap().rejected, 1);
}

#[tokio::test]
async fn a_number_out_of_range_is_brought_into_it_with_a_count() {
    let store = MemoryStore::new();
    store.set_key("bytes", &guild("guild-1"), [("starting_balance", "99999")]);
    let config = start(&store).await;
    let mut events = config.events();
    let bytes = config.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.starting_balance, 10_000);
    assert_eq!(config.status().keyed("bytes").unwrap().clamped, 1);
    let clamped = loop {
        let event = events.next().await.unwrap();
        if let Event::Clamped { block: "bytes", key, field, from, to } = event {
            assert_eq!(key, Some(guild("guild-1")));
            break (field, from, to);
        }
    };
    assert_eq!(clamped, ("starting_balance", "99999".to_owned(), "10000".to_owned()));
}

#[tokio::test]
async fn a_bad_row_that_was_never_good_is_forgotten_when_it_is_deleted() {
    let store = MemoryStore::new();
    store.set("bytes", [("daily_amount", "99999")]);
    store.set("plan", [("size", "999")]);
    store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "999")]);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    let rejected = || ["bytes", "plan"].map(|name| config.status().keyed(name).unwrap().rejected);
    assert_eq!(bytes.get("guild-1").await.daily_amount, 10);
    assert_eq!(rejected(), [1, 2]);
    assert!(config.status().keyed("plan").unwrap().trouble_since.is_some());
    store.remove("bytes");
    store.remove_key("plan", &plan("ETH/USDT", "a"));
    let epoch = store.remove("plan");
    config.wait_for(epoch, SOON).await.unwrap();
    bytes.get_fresh("guild-1").await.unwrap();
    assert_eq!(rejected(), [0, 0]);
    assert!(config.status().keyed("plan").unwrap().trouble_since.is_none());
}

//! What readers of a bounded block get, and what that asks of the store.

use std::sync::Arc;

use config_sdk::{KeyedOptions, MemoryStore, Origin};
use tokio::task::JoinSet;

use crate::blocks::{BytesConfig, SOON, guild, set_daily, start, start_with};

#[tokio::test]
async fn a_key_is_read_once_and_then_served_from_memory() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let bytes = start(&store).await.keyed::<BytesConfig>();
    for _ in 0..100 {
        let copy = bytes.get("guild-1").await;
        assert_eq!((copy.daily_amount, copy.starting_balance), (20, 100));
        assert_eq!(copy.meta().key, Some(guild("guild-1")));
        assert_eq!((copy.meta().origin, copy.meta().version), (Origin::Store, 1));
    }
    assert_eq!((store.loads(), store.loaded_keys()), (1, 1));
    let stats = bytes.stats();
    assert_eq!((stats.hits, stats.misses, stats.loads, stats.entries), (99, 1, 1, 1));
    assert!((stats.hit_rate - 0.99).abs() < 1e-9);
}

#[tokio::test]
async fn a_key_without_a_row_has_the_defaults_and_is_asked_for_once() {
    let store = MemoryStore::new();
    let bytes = start(&store).await.keyed::<BytesConfig>();
    for _ in 0..10 {
        assert_eq!(*bytes.get("nobody").await, BytesConfig::default());
    }
    assert_eq!(store.loads(), 1);
    assert_eq!(bytes.get("nobody").await.meta().origin, Origin::Default);
    assert_eq!(bytes.stats().without_row, 1);
}

#[tokio::test]
async fn a_key_inherits_from_the_shared_row_field_by_field() {
    let store = MemoryStore::new();
    store.set("bytes", [("daily_amount", "50"), ("greeting", "hello")]);
    set_daily(&store, "guild-1", 20);
    let bytes = start(&store).await.keyed::<BytesConfig>();
    let own = bytes.get("guild-1").await;
    assert_eq!((own.daily_amount, own.greeting.as_deref()), (20, Some("hello")));
    let shared = bytes.get("guild-2").await;
    assert_eq!((shared.daily_amount, shared.greeting.as_deref()), (50, Some("hello")));
    let epoch = store.set("bytes", [("greeting", "good day")]);
    let config = start(&store).await;
    config.wait_for(epoch, SOON).await.unwrap();
    let bytes = config.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.greeting.as_deref(), Some("good day"));
    assert_eq!(bytes.get("guild-2").await.daily_amount, 10);
}

#[tokio::test]
async fn a_shared_row_that_changes_changes_every_key() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.greeting, None);
    assert_eq!(bytes.get("guild-2").await.greeting, None);
    let epoch = store.set("bytes", [("greeting", "hello")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(bytes.get("guild-1").await.greeting.as_deref(), Some("hello"));
    assert_eq!(bytes.get("guild-2").await.greeting.as_deref(), Some("hello"));
}

#[tokio::test]
async fn a_thousand_tasks_that_ask_for_one_cold_key_make_one_query() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let bytes = start(&store).await.keyed::<BytesConfig>();
    store.delay(std::time::Duration::from_millis(50));
    let mut tasks = JoinSet::new();
    for _ in 0..1000 {
        let bytes = bytes.clone();
        tasks.spawn(async move { bytes.get("guild-1").await.daily_amount });
    }
    assert!(tasks.join_all().await.into_iter().all(|amount| amount == 20));
    assert_eq!((store.loads(), store.loaded_keys()), (1, 1));
    let stats = bytes.stats();
    assert_eq!((stats.misses, stats.waits), (1000, 999));
}

#[tokio::test]
async fn ten_thousand_cold_keys_at_once_make_a_few_dozen_queries() {
    let store = MemoryStore::new();
    let bytes =
        start_with(&store, KeyedOptions::new().max_entries(20_000).load_timeout(SOON)).await;
    let bytes = bytes.keyed::<BytesConfig>();
    store.delay(std::time::Duration::from_millis(5));
    let mut tasks = JoinSet::new();
    for number in 0..10_000 {
        let bytes = bytes.clone();
        tasks.spawn(async move { bytes.get(format!("guild-{number}")).await.daily_amount });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<i64>(), 100_000);
    assert!(store.loads() <= 36, "{} queries", store.loads());
    assert_eq!(store.loaded_keys(), 10_000);
}

#[tokio::test]
async fn warming_asks_for_all_keys_in_one_query() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let bytes = start(&store).await.keyed::<BytesConfig>();
    let warmed = bytes.warm(["guild-1", "guild-2", "guild-3"]).await;
    assert_eq!((warmed.loaded, warmed.present, warmed.failed), (3, 0, 0));
    assert_eq!((store.loads(), store.loaded_keys()), (1, 3));
    assert_eq!(bytes.peek("guild-1").unwrap().daily_amount, 20);
    assert_eq!(bytes.warm(["guild-1", "guild-4"]).await.present, 1);
    assert_eq!(store.loaded_keys(), 4);
}

#[tokio::test]
async fn a_look_at_memory_never_asks_the_store() {
    let store = MemoryStore::new();
    let bytes = start(&store).await.keyed::<BytesConfig>();
    assert!(bytes.peek("guild-1").is_none());
    assert_eq!(store.loads(), 0);
    bytes.get("guild-1").await;
    assert!(bytes.peek("guild-1").is_some());
}

#[tokio::test]
async fn a_fresh_read_goes_past_what_is_in_memory() {
    let store = MemoryStore::new();
    store.lose_notifications();
    let bytes = start(&store).await.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 10);
    set_daily(&store, "guild-1", 20);
    assert_eq!(bytes.get("guild-1").await.daily_amount, 10);
    assert_eq!(bytes.get_fresh("guild-1").await.unwrap().daily_amount, 20);
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
}

#[tokio::test]
async fn no_more_copies_are_kept_than_allowed_and_all_can_be_read() {
    let store = MemoryStore::new();
    for number in 0..100 {
        set_daily(&store, &format!("guild-{number}"), number + 1);
    }
    for most in [1, 2, 10, 50] {
        let config = start_with(&store, KeyedOptions::new().max_entries(most)).await;
        let bytes = config.keyed::<BytesConfig>();
        for _ in 0..2 {
            for number in 0..100 {
                let copy = bytes.get(format!("guild-{number}")).await;
                assert_eq!(copy.daily_amount, number + 1);
                assert!(bytes.stats().entries <= most);
            }
        }
        assert!(bytes.stats().evictions > 0);
    }
}

#[tokio::test]
async fn a_copy_that_is_held_stays_when_it_leaves_memory() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let bytes = start_with(&store, KeyedOptions::new().max_entries(1)).await;
    let bytes = bytes.keyed::<BytesConfig>();
    let held = bytes.get("guild-1").await;
    for number in 2..50 {
        bytes.get(format!("guild-{number}")).await;
    }
    let owned: Arc<BytesConfig> = held.into_arc();
    assert_eq!(owned.daily_amount, 20);
}

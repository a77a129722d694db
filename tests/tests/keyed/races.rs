//! A load that began before a change never leaves what was there before it.

use std::time::{Duration, Instant};

use config_sdk::{Keyed, KeyedOptions, MemoryStore};
use config_tests::wait;

use crate::blocks::{BytesConfig, SOON, set_daily, start, start_with};

#[tokio::test]
async fn a_load_that_began_before_a_change_does_not_leave_the_old_copy() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    store.delay(Duration::from_millis(500)); // the answer is read now, and arrives later
    let slow = tokio::spawn({
        let bytes = bytes.clone();
        async move { bytes.get("guild-1").await.daily_amount }
    });
    wait::until("the load", SOON, || async { store.loads() == 1 }).await;
    store.heal();
    let epoch = set_daily(&store, "guild-1", 30);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 30);
    assert_eq!(slow.await.unwrap(), 30);
    assert_eq!(bytes.peek("guild-1").unwrap().daily_amount, 30);
}

#[tokio::test]
async fn a_load_that_began_before_an_invalidation_by_hand_is_done_again() {
    let store = MemoryStore::new();
    store.lose_notifications();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    for invalidate in [
        |bytes: &Keyed<BytesConfig>| _ = bytes.invalidate("guild-1"),
        |bytes: &Keyed<BytesConfig>| _ = bytes.invalidate_matching("guild-*"),
        |bytes: &Keyed<BytesConfig>| _ = bytes.clear(),
    ] {
        bytes.clear();
        let before = store.loads();
        set_daily(&store, "guild-1", 20);
        store.delay(Duration::from_millis(500));
        let slow = tokio::spawn({
            let bytes = bytes.clone();
            async move { bytes.get("guild-1").await.daily_amount }
        });
        wait::until("the load", SOON, || async { store.loads() == before + 1 }).await;
        store.heal();
        store.lose_notifications();
        set_daily(&store, "guild-1", 30);
        invalidate(&bytes);
        assert_eq!(slow.await.unwrap(), 30);
        assert_eq!(bytes.get("guild-1").await.daily_amount, 30);
    }
}

#[tokio::test]
async fn a_store_that_went_back_is_believed_by_loads_too() {
    let store = MemoryStore::new();
    let config = start(&store).await;
    for amount in 1..20 {
        set_daily(&store, "guild-1", amount);
    }
    let bytes = config.keyed::<BytesConfig>();
    wait::until("the last", SOON, || async { bytes.get("guild-1").await.daily_amount == 19 }).await;
    set_daily(&store, "guild-1", 5);
    store.rewind(3);
    wait::until("the restored row", SOON, || async {
        bytes.get("guild-1").await.daily_amount == 5
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_that_waited_for_an_epoch_never_sees_an_older_copy() {
    let store = MemoryStore::new();
    for number in 0..200 {
        set_daily(&store, &format!("guild-{number}"), 1);
    }
    let config = start_with(&store, KeyedOptions::new().max_entries(150)).await;
    let end = Instant::now() + Duration::from_secs(3);
    let warming = tokio::spawn({
        let bytes = config.keyed::<BytesConfig>();
        async move {
            while Instant::now() < end {
                bytes.warm_all(|_| {}).await;
            }
        }
    });
    let reader = |guild: usize| {
        let (config, store) = (config.clone(), store.clone());
        tokio::spawn(async move {
            let (bytes, name) = (config.keyed::<BytesConfig>(), format!("guild-{guild}"));
            for amount in (1..=1000).cycle() {
                if Instant::now() > end {
                    break;
                }
                let epoch = set_daily(&store, &name, amount);
                config.wait_for(epoch, SOON).await.unwrap();
                assert_eq!(bytes.get(&name).await.daily_amount, amount, "{name}");
            }
        })
    };
    for reader in [reader(0), reader(1), reader(2)] {
        reader.await.unwrap();
    }
    warming.await.unwrap();
}

/// A page that was read before the row changed arrives after it, with somebody waiting for the key.
#[tokio::test]
async fn a_page_is_no_answer_to_who_wants_what_came_after_it() {
    let store = MemoryStore::new();
    set_daily(&store, "changed", 20);
    set_daily(&store, "asked for", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    assert_eq!(bytes.get("changed").await.daily_amount, 20);
    let loads = store.loads();
    store.delay(Duration::from_millis(500));
    let warming = tokio::spawn({
        let bytes = bytes.clone();
        async move { bytes.warm_all(|_| {}).await }
    });
    wait::until("the page", SOON, || async { store.loads() == loads + 1 }).await;
    store.heal();
    let epoch = set_daily(&store, "changed", 30);
    config.wait_for(epoch, SOON).await.unwrap();
    store.lose_notifications();
    set_daily(&store, "asked for", 30);
    assert_eq!(bytes.get_fresh("asked for").await.unwrap().daily_amount, 30);
    assert_eq!(bytes.get("changed").await.daily_amount, 30);
    warming.await.unwrap();
    assert_eq!(bytes.get("changed").await.daily_amount, 30);
    assert_eq!(bytes.get("asked for").await.daily_amount, 30);
}

#[tokio::test]
async fn a_fresh_read_that_joins_a_load_waits_for_one_that_begins_after_it() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    store.delay(Duration::from_millis(500));
    let slow = tokio::spawn({
        let bytes = bytes.clone();
        async move { bytes.get("guild-1").await.daily_amount }
    });
    wait::until("the load", SOON, || async { store.loads() == 1 }).await;
    store.heal();
    store.lose_notifications();
    set_daily(&store, "guild-1", 30);
    assert_eq!(bytes.get_fresh("guild-1").await.unwrap().daily_amount, 30);
    slow.await.unwrap();
}

/// A key that a page brought stays in the queue of those who wanted it, and is wanted once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_wanted_twice_is_not_taken_for_one_without_a_row() {
    let store = MemoryStore::new();
    for number in 0..2000 {
        set_daily(&store, &format!("guild-{number:04}"), 20);
    }
    let options = KeyedOptions::new().max_entries(20_000).load_timeout(SOON);
    let config = start_with(&store, options).await;
    let bytes = config.keyed::<BytesConfig>();
    let loads = store.loads();
    store.delay(Duration::from_millis(500));
    let warming = tokio::spawn({
        let bytes = bytes.clone();
        async move { bytes.warm_all(|_| {}).await }
    });
    wait::until("the page", SOON, || async { store.loads() == loads + 1 }).await;
    let mut readers = tokio::task::JoinSet::new();
    for number in 0..1500 {
        let bytes = bytes.clone();
        readers.spawn(async move { drop(bytes.get(format!("nobody-{number}")).await) });
    }
    readers.spawn({
        let bytes = bytes.clone();
        async move { drop(bytes.get("guild-0500").await) }
    });
    wait::until("the readers' load", SOON, || async { store.loads() == loads + 2 }).await;
    store.heal();
    let epoch = set_daily(&store, "guild-0500", 30);
    config.wait_for(epoch, SOON).await.unwrap();
    readers.join_all().await;
    warming.await.unwrap();
    wait::until("the change", SOON, || async { bytes.get("guild-0500").await.daily_amount == 30 })
        .await;
}

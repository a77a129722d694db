//! What readers of a keyed block get while the store is away.

use std::time::{Duration, Instant};

use config_sdk::{KeyedOptions, LoadError, MemoryStore};
use config_tests::wait;

use crate::blocks::{BytesConfig, PlanConfig, SOON, plan, set_daily, start, start_with};

#[tokio::test]
async fn the_last_good_copy_is_served_and_nobody_waits_while_the_store_is_away() {
    let store = MemoryStore::new();
    store.set("bytes", [("greeting", "hello")]);
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    bytes.get("guild-1").await;
    store.fail("gone");
    bytes.clear();
    let first = bytes.get("cold").await;
    assert_eq!(first.greeting.as_deref(), Some("hello"));
    let began = Instant::now();
    for number in 0..1000 {
        assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
        assert_eq!(bytes.get(format!("cold-{number}")).await.greeting.as_deref(), Some("hello"));
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let error = bytes.get_fresh("guild-1").await.unwrap_err().to_string();
    assert!(error.starts_with("the copy cannot be loaded: ") && error.ends_with("gone"), "{error}");
    store.heal();
    set_daily(&store, "guild-1", 30);
    wait::until("the new copy", SOON, || async { bytes.get("guild-1").await.daily_amount == 30 })
        .await;
    assert_eq!(bytes.get("cold").await.daily_amount, 10);
}

#[tokio::test]
async fn what_stands_in_for_a_failed_load_is_not_kept_as_an_answer() {
    let store = MemoryStore::new();
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    store.fail("gone");
    set_daily(&store, "guild-1", 20);
    assert_eq!(bytes.get("guild-1").await.daily_amount, 10);
    assert!(bytes.peek("guild-1").is_none());
    store.heal();
    wait::until("the row", SOON, || async { bytes.get("guild-1").await.daily_amount == 20 }).await;
}

#[tokio::test]
async fn a_store_that_hangs_holds_a_reader_up_no_longer_than_allowed() {
    let store = MemoryStore::new();
    let options = KeyedOptions::new().load_timeout(Duration::from_millis(100));
    let config = start_with(&store, options).await;
    let bytes = config.keyed::<BytesConfig>();
    store.freeze();
    let began = Instant::now();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 10);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    let away =
        || async { matches!(bytes.get_fresh("guild-2").await, Err(LoadError::Unavailable { .. })) };
    wait::until("the end of trying", SOON, away).await;
    let began = Instant::now();
    bytes.get("guild-3").await;
    assert!(began.elapsed() < Duration::from_millis(90), "nobody waits for a store that is away");
    store.heal();
    let fresh = || async { bytes.get_fresh("guild-1").await.map(|copy| copy.daily_amount) };
    assert_eq!(wait::until("an answer", SOON, fresh).await, 10);
}

#[tokio::test]
async fn many_keys_make_no_storm_of_queries_while_the_store_is_away() {
    let store = MemoryStore::new();
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    store.fail("gone");
    bytes.get("first").await;
    let (loads, began) = (store.loads(), Instant::now());
    while began.elapsed() < Duration::from_secs(1) {
        bytes.get(format!("cold-{}", began.elapsed().as_nanos())).await;
        tokio::task::yield_now().await;
    }
    assert!(store.loads() - loads <= 20, "{} queries a second", store.loads() - loads);
}

#[tokio::test]
async fn a_resident_block_keeps_every_copy_while_the_store_is_away() {
    let store = MemoryStore::new();
    store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "5")]);
    let config = start(&store).await;
    let plans = config.keyed::<PlanConfig>();
    store.fail("gone");
    config.refresh_all().await.unwrap();
    assert_eq!(plans.load(("ETH/USDT", "a")).size, 5);
    assert!(!config.status().is_ready());
    store.heal();
    let epoch = store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "6")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(plans.load(("ETH/USDT", "a")).size, 6);
}

#[tokio::test]
async fn after_the_end_what_is_in_memory_can_still_be_read() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    bytes.get("guild-1").await;
    config.shutdown().await;
    drop(config);
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    assert_eq!(bytes.get("guild-2").await.daily_amount, 10);
    assert!(bytes.get_fresh("guild-1").await.is_err());
}

#[tokio::test]
async fn a_load_that_is_late_for_its_reader_goes_on() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let options = KeyedOptions::new().load_timeout(Duration::from_secs(1));
    let config = start_with(&store, options).await;
    let bytes = config.keyed::<BytesConfig>();
    store.delay(Duration::from_millis(1500));
    let error = bytes.get_fresh("guild-1").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the copy was not loaded within 1s: it goes on in the background; see `status`"
    );
    wait::until("the copy", SOON, || async { bytes.peek("guild-1").is_some() }).await;
    assert_eq!(bytes.peek("guild-1").unwrap().daily_amount, 20);
}

#[tokio::test]
async fn the_first_read_after_the_store_is_back_gets_what_it_holds() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    store.fail("gone");
    config.refresh_all().await.unwrap();
    bytes.get("cold").await;
    assert_eq!(bytes.stats().stand_ins, 1);
    store.heal();
    assert!(config.ready(SOON).await);
    // Nothing was read meanwhile, so nothing has found out by itself.
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    assert_eq!(bytes.stats().stand_ins, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warming_very_many_keys_holds_no_reader_up() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    store.delay(Duration::from_millis(100));
    let warming = tokio::spawn({
        let bytes = bytes.clone();
        async move { bytes.warm((0..150_000).map(|number| format!("guild-{number}"))).await }
    });
    wait::until("the warming", SOON, || async { store.loads() > 3 }).await;
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    assert_eq!(bytes.stats().stand_ins, 0);
    store.heal();
    let warmed = warming.await.unwrap();
    assert_eq!((warmed.loaded + warmed.present, warmed.failed), (150_000, 0));
}

#[tokio::test]
async fn any_length_of_time_is_taken() {
    for options in [
        KeyedOptions::new().ttl(Duration::MAX).hard_ttl(Duration::MAX),
        KeyedOptions::new().load_timeout(Duration::MAX).warm_every(Duration::MAX),
        KeyedOptions::new().ttl(Duration::ZERO).hard_ttl(Duration::ZERO),
    ] {
        let store = MemoryStore::new();
        set_daily(&store, "guild-1", 20);
        let config = start_with(&store, options).await;
        let copy = config.keyed::<BytesConfig>().get_fresh("guild-1").await;
        assert_eq!(copy.unwrap().daily_amount, 20);
    }
}

//! What is loaded before it is asked for.

use std::time::Duration;

use config_sdk::{Config, Keyed, KeyedOptions, MemoryStore};
use config_tests::wait;

use crate::blocks::{BytesConfig, HOUR, SOON, set_daily, start, start_with};

fn fill(store: &MemoryStore, count: i64) {
    for number in 0..count {
        set_daily(store, &format!("guild-{number}"), number % 1000 + 1);
    }
}

async fn entries(bytes: &Keyed<BytesConfig>, wanted: usize) {
    wait::until("the copies", SOON, || async {
        let found = bytes.stats().active;
        if found == wanted { Ok(()) } else { Err(found) }
    })
    .await;
}

#[tokio::test]
async fn all_copies_are_loaded_page_by_page_and_progress_is_told() {
    let store = MemoryStore::new();
    fill(&store, 2500);
    let bytes = start(&store).await.keyed::<BytesConfig>();
    let mut told = Vec::new();
    let warmed = bytes.warm_all(|progress| told.push(progress.loaded)).await;
    assert_eq!((warmed.loaded, warmed.failed, warmed.is_full), (2500, 0, false));
    assert!(told.is_sorted() && told.last() == Some(&2500), "{told:?}");
    assert_eq!(store.loads(), 3);
    assert_eq!(bytes.peek("guild-2499").unwrap().daily_amount, 500);
    assert_eq!(bytes.warm_all(|_| {}).await.present, 2500);
}

#[tokio::test]
async fn warming_ends_when_no_more_fits_and_says_so() {
    let store = MemoryStore::new();
    fill(&store, 2500);
    let config = start_with(&store, KeyedOptions::new().max_entries(1500)).await;
    let bytes = config.keyed::<BytesConfig>();
    let warmed = bytes.warm_all(|_| {}).await;
    assert_eq!((warmed.loaded, warmed.is_full), (1500, true));
    let stats = bytes.stats();
    assert_eq!((stats.entries, stats.evictions), (1500, 0));
}

#[tokio::test]
async fn warming_a_store_that_is_away_says_why_it_ended() {
    let store = MemoryStore::new();
    let bytes = start(&store).await.keyed::<BytesConfig>();
    store.fail("gone");
    let warmed = bytes.warm_all(|_| {}).await;
    assert!(warmed.error.unwrap().contains("gone"));
    let warmed = bytes.warm(["guild-1", "guild-2"]).await;
    assert_eq!(warmed.failed, 2);
    assert!(warmed.error.unwrap().contains("gone"));
}

#[tokio::test]
async fn keys_and_all_copies_are_loaded_at_the_start() {
    let store = MemoryStore::new();
    fill(&store, 20);
    let some = start_with(&store, KeyedOptions::new().warm(["guild-1", "guild-2"])).await;
    entries(&some.keyed::<BytesConfig>(), 2).await;
    let all = start_with(&store, KeyedOptions::new().warm_all()).await;
    entries(&all.keyed::<BytesConfig>(), 20).await;
}

#[tokio::test]
async fn what_was_warmed_is_warmed_again_on_schedule() {
    let store = MemoryStore::new();
    let options = KeyedOptions::new().warm_every(Duration::from_millis(50));
    let bytes = start_with(&store, options).await.keyed::<BytesConfig>();
    fill(&store, 20);
    entries(&bytes, 20).await;
}

#[tokio::test]
async fn a_change_while_a_page_is_under_way_is_not_covered_up() {
    let store = MemoryStore::new();
    fill(&store, 10);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    store.delay(Duration::from_millis(500));
    let warming = tokio::spawn({
        let bytes = bytes.clone();
        async move { bytes.warm_all(|_| {}).await }
    });
    wait::until("the page", SOON, || async { store.loads() == 1 }).await;
    store.heal();
    let epoch = set_daily(&store, "guild-3", 999);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(warming.await.unwrap().loaded, 9);
    assert_eq!(bytes.get("guild-3").await.daily_amount, 999);
}

#[tokio::test(start_paused = true)]
async fn the_hottest_keys_are_remembered_and_loaded_first_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    fill(&store, 50);
    let start = || async {
        let options = KeyedOptions::new().remember_hottest(2);
        let builder = Config::builder().keyed::<BytesConfig>(options).store(store.clone());
        builder.last_good_dir(folder.path()).ttl(HOUR).start().await.unwrap()
    };
    let config = start().await;
    let bytes = config.keyed::<BytesConfig>();
    for number in 0..50 {
        bytes.get(format!("guild-{number}")).await;
    }
    for _ in 0..2000 {
        bytes.get("guild-7").await;
        bytes.get("guild-9").await;
    }
    let written = || {
        std::fs::read_dir(folder.path())
            .unwrap()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("hottest-bytes-"))
    };
    tokio::time::sleep(Duration::from_secs(61)).await;
    wait::until("the file", SOON, || async { written() }).await;
    config.shutdown().await;
    let again = start().await.keyed::<BytesConfig>();
    entries(&again, 2).await;
    assert!(again.peek("guild-7").is_some() && again.peek("guild-9").is_some());
}

#[tokio::test]
async fn what_was_to_be_warmed_at_the_start_is_warmed_once_the_store_is_there() {
    for options in [KeyedOptions::new().warm_all(), KeyedOptions::new().warm(["guild-1"])] {
        let store = MemoryStore::new();
        set_daily(&store, "guild-1", 20);
        store.fail("gone");
        let builder = Config::builder().keyed::<BytesConfig>(options).store(store.clone());
        let builder = builder.ttl(HOUR).start_timeout(Duration::from_millis(100));
        let config = builder.start().await.unwrap();
        store.heal();
        entries(&config.keyed::<BytesConfig>(), 1).await;
    }
}

#[tokio::test]
async fn the_hottest_keys_are_remembered_at_the_end_and_survive_a_start_without_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    fill(&store, 50);
    let start = || async {
        let options = KeyedOptions::new().remember_hottest(2);
        let builder = Config::builder().keyed::<BytesConfig>(options).store(store.clone());
        let builder = builder.ttl(HOUR).start_timeout(Duration::from_millis(100));
        builder.last_good_dir(folder.path()).start().await.unwrap()
    };
    let config = start().await;
    let bytes = config.keyed::<BytesConfig>();
    for _ in 0..2000 {
        bytes.get("guild-7").await;
        bytes.get("guild-9").await;
    }
    config.shutdown().await;
    store.fail("gone");
    start().await.shutdown().await;
    store.heal();
    let again = start().await.keyed::<BytesConfig>();
    entries(&again, 2).await;
    assert!(again.peek("guild-7").is_some() && again.peek("guild-9").is_some());
}

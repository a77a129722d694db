//! What drops copies: changes, hands, patterns; and who hears of it.

use config_sdk::{Keyed, MemoryStore};
use config_tests::wait;

use crate::blocks::{BytesConfig, SOON, set_daily, start};

#[tokio::test]
async fn a_change_drops_exactly_the_keys_it_names() {
    let store = MemoryStore::new();
    for guild in ["guild-1", "guild-2", "guild-3"] {
        set_daily(&store, guild, 20);
    }
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    bytes.warm(["guild-1", "guild-2", "guild-3"]).await;
    let before = store.loaded_keys();
    let epoch = set_daily(&store, "guild-2", 30);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(bytes.get("guild-2").await.daily_amount, 30);
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    assert_eq!(bytes.get("guild-3").await.daily_amount, 20);
    assert_eq!(store.loaded_keys(), before + 1);
}

#[tokio::test]
async fn a_change_of_a_key_that_is_not_in_memory_asks_for_nothing() {
    let store = MemoryStore::new();
    let config = start(&store).await;
    let epoch = set_daily(&store, "guild-2", 30);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(store.loads(), 0);
}

#[tokio::test]
async fn a_key_is_dropped_by_hand_by_pattern_and_with_all_others() {
    let store = MemoryStore::new();
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    let all = ["guild-1", "guild-2", "shop-1"];
    let there = || all.map(|key| bytes.peek(key).is_some());
    store.lose_notifications(); // of what comes back here as news
    bytes.warm(all).await;
    assert!(bytes.invalidate("guild-1"));
    assert!(!bytes.invalidate("nobody"));
    assert_eq!(there(), [false, true, true]);
    bytes.warm(all).await;
    assert_eq!(bytes.invalidate_matching("guild-*"), 2);
    assert_eq!(there(), [false, false, true]);
    bytes.warm(all).await;
    assert_eq!(bytes.invalidate_matching(r"guild-\*"), 0);
    assert_eq!(there(), [true, true, true]);
    assert_eq!(bytes.clear(), 3);
    assert_eq!(there(), [false, false, false]);
}

#[tokio::test]
async fn others_hear_of_what_is_dropped_by_hand() {
    let store = MemoryStore::new();
    let (here, there) = (start(&store).await, start(&store).await);
    let (here, there) = (here.keyed::<BytesConfig>(), there.keyed::<BytesConfig>());
    for forget in [
        |bytes: &Keyed<BytesConfig>| _ = bytes.invalidate("guild-1"),
        |bytes: &Keyed<BytesConfig>| _ = bytes.invalidate_matching("guild-?"),
        |bytes: &Keyed<BytesConfig>| _ = bytes.clear(),
    ] {
        // What was dropped before may still be on its way.
        let there_again = || async {
            there.get("guild-1").await;
            tokio::task::yield_now().await;
            there.peek("guild-1").is_some()
        };
        wait::until("the other's copy", SOON, there_again).await;
        forget(&here);
        let gone = || async { there.peek("guild-1").is_none() };
        wait::until("the other's copy to go", SOON, gone).await;
    }
}

#[tokio::test]
async fn what_was_dropped_here_is_not_dropped_again_by_its_own_echo() {
    let store = MemoryStore::new();
    let (config, other) = (start(&store).await, start(&store).await);
    let (bytes, theirs) = (config.keyed::<BytesConfig>(), other.keyed::<BytesConfig>());
    theirs.get("guild-1").await;
    bytes.get("guild-1").await;
    bytes.invalidate("guild-1");
    bytes.get("guild-1").await;
    let gone = || async { theirs.peek("guild-1").is_none() };
    wait::until("the word to reach the others", SOON, gone).await;
    let here = |epoch| config.wait_for(epoch, SOON); // so it has come back here as well
    here(set_daily(&store, "guild-9", 1)).await.unwrap();
    assert_eq!(bytes.stats().loaded_keys, 2);
    theirs.get("guild-1").await;
    bytes.clear();
    bytes.warm(["guild-1", "guild-2"]).await;
    wait::until("the word to reach the others", SOON, gone).await;
    here(set_daily(&store, "guild-9", 2)).await.unwrap();
    assert_eq!(bytes.stats().active, 2);
}

#[tokio::test]
async fn a_copy_that_changed_is_read_again_before_anybody_asks() {
    let store = MemoryStore::new();
    set_daily(&store, "guild-1", 20);
    let config = start(&store).await;
    let bytes = config.keyed::<BytesConfig>();
    bytes.get("guild-1").await;
    set_daily(&store, "guild-1", 30);
    let there = || async { bytes.peek("guild-1").is_some_and(|copy| copy.daily_amount == 30) };
    wait::until("the new copy", SOON, there).await;
}

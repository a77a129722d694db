//! What readers of a resident block get.

use config_sdk::{Event, MemoryStore, Outcome};

use crate::blocks::{PlanConfig, SOON, SystemConfig, plan, start};

#[tokio::test]
async fn every_copy_is_there_at_once() {
    let store = MemoryStore::new();
    store.set("plan", [("stop", "9")]);
    store.set_key("plan", &plan("ETH/USDT", "momentum"), [("size", "5")]);
    let config = start(&store).await;
    let plans = config.keyed::<PlanConfig>();
    let own = plans.load(("ETH/USDT", "momentum"));
    assert_eq!((own.size, own.stop, own.is_own()), (5, 9, true));
    assert_eq!(own.meta().key, Some(plan("ETH/USDT", "momentum")));
    let other = plans.load(("ETH", "USDT/momentum"));
    assert_eq!((other.size, other.stop, other.is_own()), (1, 9, false));
    assert_eq!(plans.get(("ETH/USDT", "momentum")).await.size, 5);
    assert!(plans.peek(("BTC/USDT", "momentum")).is_none());
    let all: Vec<_> = plans.iter().map(|(key, copy)| (key.to_string(), copy.size)).collect();
    assert_eq!(all, [(r#"("ETH/USDT", "momentum")"#.to_owned(), 5)]);
    assert_eq!(store.loads(), 0);
}

#[tokio::test]
async fn a_change_touches_only_its_key_and_a_removed_row_leaves_what_is_shared() {
    let store = MemoryStore::new();
    store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "5")]);
    store.set_key("plan", &plan("BTC/USDT", "a"), [("size", "6")]);
    let config = start(&store).await;
    let mut events = config.events();
    let plans = config.keyed::<PlanConfig>();
    let untouched = plans.load(("BTC/USDT", "a")).into_arc();
    let epoch = store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "7")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(plans.load(("ETH/USDT", "a")).size, 7);
    assert!(std::sync::Arc::ptr_eq(&untouched, &plans.load(("BTC/USDT", "a")).into_arc()));
    let changed = loop {
        if let Some(Event::KeysChanged { block: "plan", keys, .. }) = events.next().await {
            break keys;
        }
    };
    assert_eq!(changed, Some(vec![plan("ETH/USDT", "a")]));
    let epoch = store.remove_key("plan", &plan("ETH/USDT", "a"));
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(plans.load(("ETH/USDT", "a")).size, 1);
    assert_eq!(plans.iter().count(), 1);
}

#[tokio::test]
async fn a_snapshot_has_all_copies_as_of_its_epoch() {
    let store = MemoryStore::new();
    let config = start(&store).await;
    let set = |mark: u32| {
        store.transaction(|edit| {
            edit.set("system", "mark", &mark.to_string());
            let columns = [("size".to_owned(), Some(mark.to_string()))];
            edit.put_key("plan", &plan("ETH/USDT", "a"), columns.into());
        })
    };
    config.wait_for(set(1), SOON).await.unwrap();
    let before = config.snapshot();
    config.wait_for(set(2), SOON).await.unwrap();
    let after = config.snapshot();
    for (view, mark) in [(before, 1), (after, 2)] {
        assert_eq!(view.get::<SystemConfig>().mark, mark);
        let plans = view.keyed::<PlanConfig>();
        assert_eq!(plans.load(("ETH/USDT", "a")).size, mark);
        assert_eq!(plans.iter().map(|(_, copy)| copy.size).sum::<u32>(), mark);
    }
}

#[tokio::test]
async fn a_bad_row_keeps_its_last_good_copy_and_holds_nobody_back() {
    let store = MemoryStore::new();
    store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "5")]);
    let config = start(&store).await;
    let plans = config.keyed::<PlanConfig>();
    let epoch = store.transaction(|edit| {
        let column = |text: &str| [("size".to_owned(), Some(text.to_owned()))].into();
        edit.put_key("plan", &plan("ETH/USDT", "a"), column("500"));
        edit.put_key("plan", &plan("BTC/USDT", "a"), column("8"));
    });
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(plans.load(("ETH/USDT", "a")).size, 5);
    assert_eq!(plans.load(("BTC/USDT", "a")).size, 8);
    let status = config.status();
    let status = status.keyed("plan").unwrap();
    assert_eq!((status.rejected, status.entries), (1, 2));
    let fault = status.faults[0].iter().next().unwrap().to_string();
    assert_eq!(
        fault,
        r#"plan[("ETH/USDT", "a")].size = 500: must be within 0..=100 (range 0..=100)"#
    );
    let epoch = store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "6")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(plans.load(("ETH/USDT", "a")).size, 6);
    assert_eq!(config.status().keyed("plan").unwrap().rejected, 0);
}

#[tokio::test]
async fn a_forced_refresh_says_what_it_did() {
    let store = MemoryStore::new();
    store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "5")]);
    let config = start(&store).await;
    let report = config.refresh_block("plan").await.unwrap();
    assert_eq!(report.outcome("plan"), Some(&Outcome::Unchanged));
    store.lose_notifications();
    store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "6")]);
    let report = config.refresh_all().await.unwrap();
    assert_eq!(report.outcome("plan"), Some(&Outcome::Changed { fields: vec!["size"] }));
}

//! A store that was restored from a backup: what is still on its way from before must not count.

use std::sync::Arc;
use std::time::Duration;

use config_sdk::{
    BlockSchema, ConfigBlock, Key, MemoryStore, RedisOptions, RedisTier, Request, Source,
    TierState, Wanted, Which,
};
use config_tests::redis::Redis;
use config_tests::wait;

use crate::stage::{BytesConfig, SOON};

/// Long enough for the restored store to be found in the meantime.
const LATE: Duration = Duration::from_millis(1500);

/// A store that is at `epoch`, whose guild has the amount `life`.
fn store(life: i64, epoch: u64) -> MemoryStore {
    let store = MemoryStore::new();
    set(&store, "guild-1", life);
    go_on(&store, 1..epoch);
    store
}

fn set(store: &MemoryStore, guild: &str, amount: i64) -> u64 {
    store.set_key("bytes", &Key::new([guild]).unwrap(), [("daily_amount", &*amount.to_string())])
}

/// Changes something else, from one epoch to another.
fn go_on(store: &MemoryStore, epochs: std::ops::Range<u64>) {
    for epoch in epochs {
        assert_eq!(set(store, "other", epoch as i64), epoch + 1);
    }
}

fn blocks() -> [&'static BlockSchema; 1] {
    [BytesConfig::schema()]
}

/// A process that reads `store`, once it uses the server.
async fn process(redis: &Redis, store: &MemoryStore) -> Arc<RedisTier> {
    let options = RedisOptions::new().namespace("lives");
    let tier = RedisTier::new(Arc::new(store.clone()), &redis.url(), options).unwrap();
    tier.fetch(Request::everything(&blocks())).await.unwrap();
    let is_used = || async { tier.tier().unwrap().state == TierState::Connected };
    wait::until("the server to be used", SOON, is_used).await;
    load(&tier).await; // comes after what the fetch brought
    Arc::new(tier)
}

/// What the tier or the store says of the guild's amount.
async fn load(tier: &RedisTier) -> i64 {
    let keys = [Key::new(["guild-1"]).unwrap()];
    let loaded = tier.load(Wanted::of(BytesConfig::schema(), Which::Keys(&keys))).await.unwrap();
    loaded.rows.own[0].1.columns["daily_amount"].as_ref().unwrap().parse().unwrap()
}

async fn fetch(tier: &RedisTier, since: u64) -> u64 {
    let blocks = blocks();
    tier.fetch(Request::everything(&blocks).since(since)).await.unwrap().epoch
}

/// How many copies of the guild are kept.
fn kept(redis: &Redis) -> usize {
    redis.cli(&["--scan", "--pattern", "*:guild-1"]).lines().count()
}

#[tokio::test]
async fn what_was_loaded_in_the_life_before_is_not_kept_in_the_life_after() {
    let redis = Redis::start();
    let former = store(1, 10);
    let before = process(&redis, &former).await;
    wait::until("the copy", SOON, || async { kept(&redis) == 1 }).await;
    redis.cli(&["DEL", redis.cli(&["--scan", "--pattern", "*:guild-1"]).trim()]);
    former.delay(LATE);
    let loading = before.clone();
    let late = tokio::spawn(async move { load(&loading).await });
    tokio::time::sleep(LATE / 10).await; // it has asked by now, and its answer is on the way

    let restored = store(2, 5);
    let after = process(&redis, &restored).await;
    wait::until("the copy", SOON, || async { kept(&redis) == 1 }).await;
    redis.cli(&["DEL", redis.cli(&["--scan", "--pattern", "*:guild-1"]).trim()]);
    go_on(&restored, 5..10);
    assert_eq!(fetch(&after, 5).await, 10);
    assert_eq!(late.await.unwrap(), 1);
    tokio::time::sleep(LATE / 5).await;
    assert_eq!(kept(&redis), 0, "the late copy was kept");
    assert_eq!(load(&after).await, 2);
}

#[tokio::test]
async fn what_was_fetched_in_the_life_before_moves_nothing_in_the_life_after() {
    let redis = Redis::start();
    let former = store(1, 4);
    let before = process(&redis, &former).await;
    go_on(&former, 4..11);
    former.delay(LATE);
    let fetching = before.clone();
    let late = tokio::spawn(async move { fetch(&fetching, 4).await });
    tokio::time::sleep(LATE / 10).await;

    let restored = store(2, 5);
    let after = process(&redis, &restored).await;
    assert_eq!(load(&after).await, 2);
    wait::until("the copy", SOON, || async { kept(&redis) == 1 }).await;
    assert_eq!(late.await.unwrap(), 11);
    tokio::time::sleep(LATE / 5).await;
    assert_eq!(set(&restored, "guild-1", 3), 6);
    assert_eq!(fetch(&after, 5).await, 6);
    assert_eq!(load(&after).await, 3);
}

#[tokio::test]
async fn a_server_that_is_set_back_behind_an_open_connection_is_not_believed() {
    let (redis, store) = (Redis::start(), store(1, 5));
    let tier = process(&redis, &store).await;
    wait::until("the copy", SOON, || async { kept(&redis) == 1 }).await;
    let names = redis.cli(&["--scan", "--pattern", "config_sdk:*.????????*"]);
    let put = |from: &str, to: &str| {
        for name in names.lines() {
            let (from, to) = (format!("{from}{name}"), format!("{to}{name}"));
            assert_eq!(redis.cli(&["COPY", &from, &to, "REPLACE"]), "1");
        }
    };
    put("", "old:");
    assert_eq!(set(&store, "guild-1", 2), 6);
    assert_eq!(fetch(&tier, 5).await, 6);
    assert_eq!(load(&tier).await, 2);
    put("old:", "");
    assert_eq!(load(&tier).await, 2, "what the process knows to be outdated is believed");
}

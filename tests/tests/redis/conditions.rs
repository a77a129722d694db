//! What each condition of the proof is for: a store that does what only that condition survives.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use config_sdk::{
    BlockSchema, BoxFuture, ConfigBlock, Deaf, Fetched, Key, Loaded, MemoryStore, RedisOptions,
    RedisTier, Request, Signal, Source, SourceError, Store, TierState, Wanted, Which,
};
use config_tests::redis::Redis;
use config_tests::wait;

use crate::stage::{BytesConfig, SOON};

/// Long enough for everything else to be over.
const LATE: Duration = Duration::from_millis(800);

/// A store that can stop telling of changes, and answer with what was.
#[derive(Clone, Default)]
struct Odd {
    store: MemoryStore,
    is_untracked: Arc<AtomicBool>,
    /// The next answer of a load.
    old: Arc<Mutex<Option<Loaded>>>,
}

impl Source for Odd {
    fn name(&self) -> String {
        "odd".to_owned()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(async move {
            let mut fetched = self.store.fetch(request).await?;
            if self.is_untracked.load(Ordering::Relaxed) {
                fetched.untracked = BTreeSet::from([BytesConfig::schema().name]);
            }
            Ok(fetched)
        })
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        if let Some(old) = self.old.lock().unwrap().take() {
            return Box::pin(std::future::ready(Ok(old)));
        }
        self.store.load(wanted)
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        self.store.changes(signal)
    }

    fn store(&self) -> Option<&dyn Store> {
        self.store.store()
    }
}

impl Odd {
    fn set(&self, guild: &str, amount: i64) -> u64 {
        let key = Key::new([guild]).unwrap();
        self.store.set_key("bytes", &key, [("daily_amount", &*amount.to_string())])
    }

    /// A process that reads this, once it uses the server.
    async fn process(&self, redis: &Redis) -> Arc<RedisTier> {
        let options = RedisOptions::new().namespace("conditions");
        let tier = RedisTier::new(Arc::new(self.clone()), &redis.url(), options).unwrap();
        let tier = Arc::new(tier);
        fetch(&tier, None).await;
        let is_used = || async { tier.tier().unwrap().state == TierState::Connected };
        wait::until("the server to be used", SOON, is_used).await;
        tier
    }
}

fn blocks() -> [&'static BlockSchema; 1] {
    [BytesConfig::schema()]
}

async fn fetch(tier: &RedisTier, since: Option<u64>) -> u64 {
    let blocks = blocks();
    let request = Request::everything(&blocks);
    let request = since.map_or(request, |since| request.since(since));
    tier.fetch(request).await.unwrap().epoch
}

/// The amounts of `guilds`, and the epoch that they are said to be as of.
async fn load(tier: &RedisTier, guilds: &[&str]) -> (u64, Vec<i64>) {
    let keys: Vec<_> = guilds.iter().map(|guild| Key::new([*guild]).unwrap()).collect();
    let loaded = tier.load(Wanted::of(BytesConfig::schema(), Which::Keys(&keys))).await.unwrap();
    let amount = |key: &Key| {
        let row = loaded.rows.own.iter().find(|(other, _)| other == key);
        row.unwrap().1.columns["daily_amount"].as_ref().unwrap().parse().unwrap()
    };
    (loaded.epoch, keys.iter().map(amount).collect())
}

/// Waits until so many copies of guilds are kept.
async fn kept(redis: &Redis, count: usize) {
    let copies = || async {
        let names = redis.cli(&["--scan", "--pattern", "*:guild-?"]);
        (names.lines().count() == count).then_some(()).ok_or(names)
    };
    wait::until("the copies", SOON, copies).await;
}

/// Waits until `tier` has brought to the server what it fetched.
async fn settled(tier: &RedisTier) {
    load(tier, &["guild-1"]).await;
}

#[tokio::test]
async fn copies_of_a_table_that_tells_of_nothing_are_not_looked_for() {
    let (redis, odd) = (Redis::start(), Odd::default());
    odd.set("guild-1", 1);
    odd.is_untracked.store(true, Ordering::Relaxed);
    let knows = odd.process(&redis).await;
    settled(&knows).await;
    odd.is_untracked.store(false, Ordering::Relaxed); // another one has not noticed yet
    let unaware = odd.process(&redis).await;
    settled(&unaware).await;
    kept(&redis, 1).await;
    let (loads, hits) = (odd.store.loads(), knows.tier().unwrap().hits);
    settled(&knows).await;
    assert_eq!((odd.store.loads(), knows.tier().unwrap().hits), (loads + 1, hits));
}

#[tokio::test]
async fn what_was_kept_of_a_table_that_no_longer_tells_of_changes_is_not_found_by_anybody() {
    let (redis, odd) = (Redis::start(), Odd::default());
    let epoch = odd.set("guild-1", 1);
    let unaware = odd.process(&redis).await;
    settled(&unaware).await;
    kept(&redis, 1).await;
    odd.is_untracked.store(true, Ordering::Relaxed);
    let knows = odd.process(&redis).await;
    let states = || async { redis.cli(&["--scan", "--pattern", "*:bytes.????????"]) };
    let is_gone = || async { (states().await.is_empty()).then_some(()).ok_or(states().await) };
    wait::until("the state to go", SOON, is_gone).await;
    assert_eq!(fetch(&knows, Some(epoch)).await, epoch);
    let loads = odd.store.loads();
    settled(&unaware).await;
    assert_eq!(odd.store.loads(), loads + 1);
}

/// As a standby that is behind would answer.
#[tokio::test]
async fn an_answer_that_is_older_than_what_was_found_is_not_put_beside_it() {
    let (redis, odd) = (Redis::start(), Odd::default());
    odd.set("guild-1", 1);
    let epoch = odd.set("guild-2", 1);
    let keys = [Key::new(["guild-2"]).unwrap()];
    let wanted = Wanted::of(BytesConfig::schema(), Which::Keys(&keys));
    let old = odd.store.load(wanted).await.unwrap();
    let tier = odd.process(&redis).await;
    let changed = odd.set("guild-2", 2);
    assert_eq!(fetch(&tier, Some(epoch)).await, changed);
    settled(&tier).await;
    kept(&redis, 1).await;
    *odd.old.lock().unwrap() = Some(old);
    assert_eq!(load(&tier, &["guild-1", "guild-2"]).await, (changed, vec![1, 2]));
    assert!(odd.old.lock().unwrap().is_none(), "the store was asked");
}

#[tokio::test]
async fn an_older_value_does_not_overwrite_a_newer_one_in_the_shared_cache() {
    let (redis, odd) = (Redis::start(), Odd::default());
    let epoch = odd.set("guild-1", 1);
    let (slow, quick) = (odd.process(&redis).await, odd.process(&redis).await);
    settled(&slow).await;
    kept(&redis, 1).await;
    redis.cli(&["DEL", redis.cli(&["--scan", "--pattern", "*:guild-1"]).trim()]);
    odd.store.delay(LATE); // the answer is read now, and arrives later
    let loading = Arc::clone(&slow);
    let late = tokio::spawn(async move { load(&loading, &["guild-1"]).await });
    tokio::time::sleep(LATE / 8).await;
    odd.store.heal();
    let changed = odd.set("guild-1", 2);
    assert_eq!(fetch(&quick, Some(epoch)).await, changed);
    assert_eq!(late.await.unwrap(), (epoch, vec![1]));
    tokio::time::sleep(LATE / 4).await;
    kept(&redis, 0).await; // nobody else has loaded it
    assert_eq!(load(&quick, &["guild-1"]).await, (changed, vec![2]));
    kept(&redis, 1).await;
    assert_eq!(fetch(&slow, Some(epoch)).await, changed);
    assert_eq!(load(&slow, &["guild-1"]).await, (changed, vec![2]));
}

//! What is measured: the ways to find the copy of a key in memory.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::hint::black_box;
use std::pin::pin;
use std::sync::{Arc, RwLock};
use std::task::{Context, Poll, Waker};

use arc_swap::ArcSwap;
use config_sdk::Keyed;

pub(crate) use super::guilds::{GuildConfig, start};

/// How many copies are held at most.
pub(crate) const CAPACITY: usize = 10_000;

pub(crate) const PEEK: &str = "`keyed.peek(key)`";
pub(crate) const GET: &str = "`keyed.get(key).await`";
pub(crate) const MOKA: &str = "moka `get`";

/// As long as many ids are, and different in their last digits only.
pub(crate) fn key(number: usize) -> String {
    format!("guild-{:012}", 190_000_000 + number * 7)
}

/// A way to find the copy of a key.
pub(crate) trait Contestant: Send + Sync {
    /// One field of the copy, if it is there.
    fn read(&self, key: &str) -> Option<i64>;

    /// All of them, in turn; how many were there.
    fn read_all(&self, keys: &[&str]) -> usize {
        keys.iter().filter(|key| black_box(self.read(key)).is_some()).count()
    }
}

/// All of them, filled with `keys`.
pub(crate) fn all(keys: &[String]) -> Vec<(&'static str, Box<dyn Contestant>)> {
    let copies = || keys.iter().map(|key| (key.clone(), Arc::new(GuildConfig::default())));
    let (runtime, guilds) = start();
    runtime.block_on(guilds.warm(keys));
    let moka = moka::sync::Cache::new(CAPACITY as u64);
    copies().for_each(|(key, copy)| moka.insert(key, copy));
    moka.run_pending_tasks();
    let hasher = foldhash::fast::RandomState::default();
    let foldhash_moka =
        moka::sync::Cache::builder().max_capacity(CAPACITY as u64).build_with_hasher(hasher);
    copies().for_each(|(key, copy)| foldhash_moka.insert(key, copy));
    foldhash_moka.run_pending_tasks();
    let quick = quick_cache::sync::Cache::new(CAPACITY);
    copies().for_each(|(key, copy)| quick.insert(key, copy));
    vec![
        (PEEK, Box::new(Peek(guilds.clone()))),
        (GET, Box::new(Get(guilds))),
        (MOKA, Box::new(moka)),
        ("moka `get`, foldhash", Box::new(foldhash_moka)),
        ("quick_cache `get`", Box::new(quick)),
        ("papaya `pin().get`", Box::new(copies().collect::<papaya::HashMap<_, _>>())),
        ("`RwLock<HashMap>`", Box::new(RwLock::new(copies().collect::<HashMap<_, _>>()))),
        ("(bare `ArcSwap::load`)", Box::new(ArcSwap::from_pointee(GuildConfig::default()))),
    ]
}

struct Peek(Keyed<GuildConfig>);

impl Contestant for Peek {
    fn read(&self, key: &str) -> Option<i64> {
        self.0.peek(key).map(|copy| copy.daily_amount)
    }
}

struct Get(Keyed<GuildConfig>);

impl Contestant for Get {
    fn read(&self, key: &str) -> Option<i64> {
        match pin!(self.0.get(key)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(copy) => Some(copy.daily_amount),
            Poll::Pending => None,
        }
    }
}

impl<S> Contestant for moka::sync::Cache<String, Arc<GuildConfig>, S>
where
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    fn read(&self, key: &str) -> Option<i64> {
        self.get(key).map(|copy| copy.daily_amount)
    }
}

impl Contestant for quick_cache::sync::Cache<String, Arc<GuildConfig>> {
    fn read(&self, key: &str) -> Option<i64> {
        self.get(key).map(|copy| copy.daily_amount)
    }
}

impl Contestant for papaya::HashMap<String, Arc<GuildConfig>> {
    fn read(&self, key: &str) -> Option<i64> {
        self.pin().get(key).map(|copy| copy.daily_amount)
    }
}

impl Contestant for RwLock<HashMap<String, Arc<GuildConfig>>> {
    fn read(&self, key: &str) -> Option<i64> {
        self.read().expect("nobody panicked").get(key).map(|copy| copy.daily_amount)
    }
}

impl Contestant for ArcSwap<GuildConfig> {
    fn read(&self, _key: &str) -> Option<i64> {
        Some(self.load().daily_amount)
    }
}

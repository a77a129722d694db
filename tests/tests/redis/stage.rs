//! A Redis server, a store, and processes that share both.

use std::time::Duration;

use config_sdk::{
    Config, ConfigBlock, Key, KeyedOptions, MemoryStore, PushState, RedisOptions, Secret, TierState,
};
use config_tests::redis::Redis;
use config_tests::wait;

/// Longest wait for what a healthy library does at once, on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// Longer than any test runs: what arrives did not come by polling.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// One copy a guild.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "bytes", key(guild_id: String))]
pub(crate) struct BytesConfig {
    #[config(default = 10)]
    pub(crate) daily_amount: i64,
    pub(crate) greeting: Option<String>,
}

/// One copy for each pair and strategy.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "plan", key(symbol: String, strategy: String))]
pub(crate) struct PlanConfig {
    #[config(default = 1)]
    pub(crate) size: i64,
}

/// One copy a guild, with something that is nobody else's to keep.
#[derive(Debug, ConfigBlock)]
#[config(name = "hooks", key(guild_id: String))]
pub(crate) struct HooksConfig {
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

pub(crate) struct Stage {
    pub(crate) redis: Redis,
    pub(crate) store: MemoryStore,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { redis: Redis::start(), store: MemoryStore::new() }
    }

    /// A process that uses both, once it does.
    pub(crate) async fn process(&self) -> Config {
        self.process_with(&self.redis.url()).await
    }

    /// The same, with the server at `url`.
    pub(crate) async fn process_with(&self, url: &str) -> Config {
        let config = self.cold(url).await;
        connected(&config).await;
        config
    }

    /// A process that may not use the server yet.
    pub(crate) async fn cold(&self, url: &str) -> Config {
        let options = RedisOptions::new().namespace("stage");
        let builder = Config::builder()
            .keyed::<BytesConfig>(KeyedOptions::new())
            .keyed::<PlanConfig>(KeyedOptions::new())
            .keyed::<HooksConfig>(KeyedOptions::new())
            .ttl(HOUR);
        let builder = builder.store(self.store.clone()).redis_with(url, options);
        let config = builder.start().await.unwrap();
        let listens = || async { config.status().push == PushState::Push };
        wait::until("push", SOON, listens).await;
        config
    }

    /// Sets the daily amount of a guild.
    pub(crate) fn set_daily(&self, name: &str, amount: i64) -> u64 {
        let key = Key::new([name]).unwrap();
        self.store.set_key("bytes", &key, [("daily_amount", &*amount.to_string())])
    }

    /// Waits until copies of so many keys are kept, the shared rows included.
    pub(crate) async fn kept(&self, count: usize) {
        let names = || async {
            let names = self.copies();
            (names.len() == count).then_some(()).ok_or(names)
        };
        wait::until("the copies", SOON, names).await;
    }

    /// The names of the copies that there are.
    pub(crate) fn copies(&self) -> Vec<String> {
        let names = self.redis.cli(&["--scan", "--pattern", "config_sdk:*:*.????????:*"]);
        names.lines().map(str::to_owned).collect()
    }
}

/// Waits until the server is used.
pub(crate) async fn connected(config: &Config) {
    let state =
        || async { config.status().tier.map(|tier| tier.state) == Some(TierState::Connected) };
    wait::until("the server to be used", SOON, state).await;
}

/// How many copies were found in the tier, and how many were not.
pub(crate) fn counts(config: &Config) -> (u64, u64) {
    let tier = config.status().tier.unwrap();
    (tier.hits, tier.misses)
}

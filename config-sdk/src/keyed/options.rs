//! How a bounded keyed block is kept in memory.

use std::time::Duration;

use crate::key::KeyFor;

/// How the copies of a keyed block are kept in memory. Lengths of time are brought within 10 ms and 30
/// days. Of a resident block, which is kept as a whole,
/// only [`ttl`](Self::ttl) is looked at.
///
/// ```
/// use std::time::Duration;
/// use config_sdk::KeyedOptions;
///
/// let options = KeyedOptions::new().max_entries(50_000).ttl(Duration::from_secs(300));
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until they are given to `.keyed`"]
pub struct KeyedOptions {
    pub(crate) max_entries: usize,
    pub(crate) max_bytes: usize,
    pub(crate) ttl: Option<Duration>,
    pub(crate) hard_ttl: Option<Duration>,
    pub(crate) load_timeout: Duration,
    pub(crate) warm: Warm,
    pub(crate) warm_every: Option<Duration>,
    pub(crate) remember_hottest: usize,
}

/// What is loaded before it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Warm {
    Nothing,
    /// These, by the texts of their parts, joined.
    Keys(Vec<String>),
    All,
}

impl KeyedOptions {
    /// 10,000 copies in 64 MiB, which stay until they change.
    pub fn new() -> Self {
        Self {
            max_entries: 10_000,
            max_bytes: 64 * 1024 * 1024,
            ttl: None,
            hard_ttl: None,
            load_timeout: Duration::from_secs(1),
            warm: Warm::Nothing,
            warm_every: None,
            remember_hottest: 0,
        }
    }

    /// How many copies are kept at most, those of keys without a row included; at least one. The
    /// least useful leave first.
    pub fn max_entries(mut self, most: usize) -> Self {
        self.max_entries = most.max(1);
        self
    }

    /// How many bytes they may take, keys and what is known of them included, give or take a tenth.
    pub fn max_bytes(mut self, most: usize) -> Self {
        self.max_bytes = most;
        self
    }

    /// How long a copy is served before it is read again: the block's `ttl`, or else the builder's,
    /// unless said. After it, the copy is still served, and read again in the background.
    ///
    /// Where the store tells of changes, each poll confirms all copies at once, and none is read again
    /// before it has changed. Only copies of a table that tells of nothing grow old one by one.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(sensible(ttl));
        self
    }

    /// How old a copy may be that is served while it is read again: twice the `ttl` unless said. An
    /// older one is waited for; if the store does not answer, it is served all the same.
    pub fn hard_ttl(mut self, ttl: Duration) -> Self {
        self.hard_ttl = Some(sensible(ttl));
        self
    }

    /// How long a reader waits for a copy that is not there, at most: 1 s unless said. The load goes on
    /// for as long again, and if it has failed then, nobody waits until one succeeds.
    pub fn load_timeout(mut self, timeout: Duration) -> Self {
        self.load_timeout = sensible(timeout);
        self
    }

    /// Loads the copies of these keys right after the start.
    pub fn warm<P>(mut self, keys: impl IntoIterator<Item = impl KeyFor<P>>) -> Self {
        self.warm =
            Warm::Keys(keys.into_iter().map(|key| key.with_joined(str::to_owned)).collect());
        self
    }

    /// Loads every copy right after the start, as far as they fit.
    pub fn warm_all(mut self) -> Self {
        self.warm = Warm::All;
        self
    }

    /// Loads what was warmed and is not in memory any more, this often; with nothing else said, every
    /// copy.
    pub fn warm_every(mut self, interval: Duration) -> Self {
        self.warm_every = Some(sensible(interval));
        self
    }

    /// Remembers so many of the keys that are read most, in the folder of the last good values, and
    /// loads them first after a restart.
    pub fn remember_hottest(mut self, keys: usize) -> Self {
        self.remember_hottest = keys;
        self
    }
}

/// Clocks do not count to [`Duration::MAX`], and nothing is done without a pause.
fn sensible(time: Duration) -> Duration {
    time.clamp(Duration::from_millis(10), Duration::from_secs(30 * 24 * 60 * 60))
}

impl Default for KeyedOptions {
    fn default() -> Self {
        Self::new()
    }
}

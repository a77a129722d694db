//! This library's ways to read, from a store that can be written to; and the hash of a key.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex};

use config_sdk::{Config, KeyedOptions, MemoryStore};
use tokio::runtime::Runtime;

use super::block::{self, PairConfig, TradingConfig};
use super::{Contestant, Reader, at, places};

pub(crate) const GET: &str = "`config.get::<T>()`";
pub(crate) const WITH: &str = "`config.with::<T>(…)`";
pub(crate) const HANDLE: &str = "`handle.load()`";
pub(crate) const SNAPSHOT: &str = "`config.snapshot()`";
pub(crate) const RESIDENT: &str = "`resident.load(symbol)`";
pub(crate) const HASH: &str = "hash of the symbol";

pub(super) fn all() -> Vec<Contestant> {
    let here = Here::start();
    vec![get(&here), with(&here), handle(&here), snapshot(&here), resident(&here), hash()]
}

fn get(here: &Here) -> Contestant {
    here.contestant(GET, |config| {
        move || u64::from(config.get::<TradingConfig>().max_concurrent_positions)
    })
}

fn with(here: &Here) -> Contestant {
    here.contestant(WITH, |config| {
        move || config.with::<TradingConfig, _>(|block| u64::from(block.max_concurrent_positions))
    })
}

fn handle(here: &Here) -> Contestant {
    here.written(Contestant::placed(HANDLE, here.config.clone(), places!(handle_at)))
}

fn handle_at<const PLACE: usize>(config: &Config) -> Reader {
    let mut handle = config.handle::<TradingConfig>();
    at::<PLACE>(move || u64::from(handle.load().max_concurrent_positions))
}

fn snapshot(here: &Here) -> Contestant {
    here.contestant(SNAPSHOT, |config| {
        move || {
            let view = config.snapshot();
            u64::from(view.get::<TradingConfig>().max_concurrent_positions)
        }
    })
}

fn resident(here: &Here) -> Contestant {
    let (config, pairs) = (here.config.clone(), Arc::<[String]>::from(block::pairs()));
    let (here, symbols) = (here.clone(), Arc::clone(&pairs));
    Contestant::new(RESIDENT, move || {
        let (keyed, pairs, mut place) = (config.keyed::<PairConfig>(), Arc::clone(&pairs), 0);
        move || {
            let symbol = &pairs[block::next(&pairs, &mut place)];
            u64::from(keyed.load(symbol).max_positions)
        }
    })
    .written(move || {
        let (here, symbols, mut place) = (here.clone(), Arc::clone(&symbols), 0);
        let mut number = 0;
        move || {
            number += 1;
            let symbol = &symbols[block::next(&symbols, &mut place)];
            here.write_pair(symbol, number);
        }
    })
}

/// What a keyed read cannot do without.
fn hash() -> Contestant {
    let (hasher, pairs) = (foldhash::fast::RandomState::default(), Arc::new(block::pairs()));
    Contestant::new(HASH, move || {
        let (hasher, pairs, mut place) = (hasher.clone(), Arc::clone(&pairs), 0);
        move || hasher.hash_one(&pairs[block::next(&pairs, &mut place)])
    })
}

/// A configuration of a store in memory, and what drives it: only in the thread that writes, while it
/// writes, so that nothing goes on beside the other readings.
#[derive(Clone)]
pub(super) struct Here {
    config: Config,
    store: MemoryStore,
    runtime: Arc<Mutex<Runtime>>,
}

impl Here {
    pub(super) fn start() -> Self {
        let store = MemoryStore::new();
        store.put(&TradingConfig::default());
        for symbol in block::pairs() {
            store.put_key(&symbol, &PairConfig::default()).expect("a key");
        }
        let builder = Config::builder().block::<TradingConfig>();
        let builder = builder.keyed::<PairConfig>(KeyedOptions::new());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let config = runtime.block_on(builder.store(store.clone()).start());
        let config = config.expect("a configuration");
        Self { config, store, runtime: Arc::new(Mutex::new(runtime)) }
    }

    pub(super) fn contestant<R: FnMut() -> u64 + 'static>(
        &self,
        name: &'static str,
        read: impl Fn(Config) -> R + Send + Sync + 'static,
    ) -> Contestant {
        let config = self.config.clone();
        self.written(Contestant::new(name, move || read(config.clone())))
    }

    fn written(&self, contestant: Contestant) -> Contestant {
        let here = self.clone();
        contestant.written(move || {
            let (here, mut number) = (here.clone(), 0);
            move || {
                number += 1;
                here.write(number);
            }
        })
    }

    fn write(&self, number: u32) {
        let block = TradingConfig::numbered(number);
        self.store.put(&block);
        self.refresh();
        let read = self.config.get::<TradingConfig>().max_concurrent_positions;
        assert_eq!(read, block.max_concurrent_positions, "readers have it");
    }

    fn write_pair(&self, symbol: &str, number: u32) {
        let pair = PairConfig { max_positions: 5 + number % 2 };
        self.store.put_key(symbol, &pair).expect("a key");
        self.refresh();
        let read = self.config.keyed::<PairConfig>().load(symbol).max_positions;
        assert_eq!(read, pair.max_positions, "readers have it");
    }

    /// Asks for one block, and so for all that has changed.
    fn refresh(&self) {
        let runtime = self.runtime.lock().expect("nobody panicked");
        runtime.block_on(self.config.refresh::<TradingConfig>()).expect("it was not shut down");
    }
}

//! What people build themselves: a cell or a lock, and the static reference that none can be faster than.

use std::hint::black_box;
use std::sync::{Arc, OnceLock, RwLock};

use arc_swap::{ArcSwap, Cache};

use super::block::TradingConfig;
use super::{Contestant, Reader, at, places};

pub(crate) const STATIC: &str = "static reference";
pub(crate) const BARE: &str = "bare `ArcSwap::load`";
pub(crate) const CACHE: &str = "`arc_swap::Cache::load`";
pub(crate) const LOCK: &str = "`RwLock<Arc<T>>`";

pub(super) fn all() -> Vec<Contestant> {
    vec![fixed(), bare(), full(), cache(), lock()]
}

fn fixed() -> Contestant {
    static BLOCK: OnceLock<TradingConfig> = OnceLock::new();
    let block: &'static TradingConfig = BLOCK.get_or_init(TradingConfig::default);
    Contestant::placed(STATIC, block, places!(fixed_at))
}

fn fixed_at<const PLACE: usize>(block: &&'static TradingConfig) -> Reader {
    let block = *block;
    at::<PLACE>(move || u64::from(black_box(block).max_concurrent_positions))
}

fn bare() -> Contestant {
    let cell = cell();
    let reader = Arc::clone(&cell);
    Contestant::new(BARE, move || {
        let cell = Arc::clone(&reader);
        move || u64::from(cell.load().max_concurrent_positions)
    })
    .written(move || store(&cell))
}

fn full() -> Contestant {
    let cell = cell();
    let reader = Arc::clone(&cell);
    Contestant::new("bare `ArcSwap::load_full`", move || {
        let cell = Arc::clone(&reader);
        move || u64::from(cell.load_full().max_concurrent_positions)
    })
    .written(move || store(&cell))
}

fn cache() -> Contestant {
    let cell = cell();
    Contestant::placed(CACHE, Arc::clone(&cell), places!(cache_at)).written(move || store(&cell))
}

fn cache_at<const PLACE: usize>(cell: &Arc<ArcSwap<TradingConfig>>) -> Reader {
    let mut cache = Cache::new(Arc::clone(cell));
    at::<PLACE>(move || u64::from(cache.load().max_concurrent_positions))
}

fn cell() -> Arc<ArcSwap<TradingConfig>> {
    Arc::new(ArcSwap::from_pointee(TradingConfig::default()))
}

fn store(cell: &Arc<ArcSwap<TradingConfig>>) -> impl FnMut() + use<> {
    let (cell, mut number) = (Arc::clone(cell), 0);
    move || {
        number += 1;
        cell.store(Arc::new(TradingConfig::numbered(number)));
    }
}

fn lock() -> Contestant {
    let lock = Arc::new(RwLock::new(Arc::new(TradingConfig::default())));
    let reader = Arc::clone(&lock);
    Contestant::new(LOCK, move || {
        let lock = Arc::clone(&reader);
        move || {
            let block = Arc::clone(&lock.read().expect("nobody panicked"));
            u64::from(block.max_concurrent_positions)
        }
    })
    .written(move || {
        let (lock, mut number) = (Arc::clone(&lock), 0);
        move || {
            number += 1;
            *lock.write().expect("nobody panicked") = Arc::new(TradingConfig::numbered(number));
        }
    })
}

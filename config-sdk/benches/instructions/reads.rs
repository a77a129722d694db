//! The ways to read that are counted.

use std::hint::black_box;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};
use config_sdk::{Config, ConfigBlock, Decimal};

/// All of them.
pub(crate) const NAMES: [&str; 9] = [
    "ArcSwap::load",
    "arc_swap::Cache::load",
    "get",
    "with",
    "handle",
    "snapshot",
    "resident",
    "hash",
    "value",
];

/// How many symbols there are.
const PAIRS: usize = 200;

#[derive(Clone, Debug, ConfigBlock)]
struct TradingConfig {
    #[config(default = 5)]
    max_concurrent_positions: u32,
    #[config(default = 0.70)]
    score_threshold: Decimal,
}

#[derive(Clone, Debug, ConfigBlock)]
#[config(key(symbol: String), resident)]
struct PairConfig {
    #[config(default = 5)]
    max_positions: u32,
}

/// Reads one field so many times.
///
/// # Panics
/// If nothing is read by that name.
pub(crate) fn run(name: &str, count: usize) {
    let symbols: Vec<String> = (0..PAIRS).map(|number| format!("COIN{number}/USDT")).collect();
    let fixed = Config::fixed().with(TradingConfig::default());
    let config = symbols
        .iter()
        .fold(fixed, |fixed, symbol| fixed.with_key(symbol, PairConfig::default()))
        .build();
    let bare = Arc::new(ArcSwap::from_pointee(TradingConfig::default()));
    let mut cache = Cache::new(Arc::clone(&bare));
    let mut handle = config.handle::<TradingConfig>();
    let pairs = config.keyed::<PairConfig>();
    let hasher = foldhash::fast::RandomState::default();
    let mut symbols = symbols.iter().cycle();
    let mut symbol = || symbols.next().map_or("", |symbol| symbol);
    match name {
        "ArcSwap::load" => repeat(count, || bare.load().max_concurrent_positions),
        "arc_swap::Cache::load" => repeat(count, || cache.load().max_concurrent_positions),
        "get" => repeat(count, || config.get::<TradingConfig>().max_concurrent_positions),
        "with" => repeat(count, || {
            config.with::<TradingConfig, _>(|block| block.max_concurrent_positions)
        }),
        "handle" => repeat(count, || handle.load().max_concurrent_positions),
        "snapshot" => {
            repeat(count, || config.snapshot().get::<TradingConfig>().max_concurrent_positions)
        }
        "resident" => repeat(count, || pairs.load(symbol()).max_positions),
        "hash" => repeat(count, || std::hash::BuildHasher::hash_one(&hasher, symbol())),
        "value" => repeat(count, || config.value("trading.score_threshold").is_ok()),
        _ => panic!("nothing is read by the name {name}"),
    }
}

/// A function for each way, so that how one is compiled does not depend on the others.
#[inline(never)]
fn repeat<T>(count: usize, mut read: impl FnMut() -> T) {
    for _ in 0..count {
        black_box(read());
    }
}

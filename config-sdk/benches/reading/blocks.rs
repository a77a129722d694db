//! What a read of a block costs, and of a copy of a resident keyed one.

use std::hint::black_box;
use std::sync::{Arc, Barrier, OnceLock, RwLock};

use arc_swap::{ArcSwap, Cache};
use config_sdk::{Config, ConfigBlock, Decimal};

use config_benches::{Report, median, now, pin};

const ROUNDS: usize = 41;

/// Per thread and round.
const READS: usize = 200_000;

/// How many pairs there are, and symbols to ask for.
const PAIRS: usize = 200;

/// A block of the usual size.
#[derive(Clone, Debug, ConfigBlock)]
struct TradingConfig {
    #[config(default = 2.0)]
    base_position_pct: Decimal,
    #[config(default = 1.0)]
    max_position_sol: Decimal,
    #[config(default = 0.05)]
    min_position_sol: Decimal,
    #[config(default = 1.5)]
    high_conviction_multiplier: Decimal,
    #[config(default = 5)]
    max_concurrent_positions: u32,
    #[config(default = 5.0)]
    daily_loss_limit_pct: Decimal,
    #[config(default = true)]
    daily_loss_limit_enabled: bool,
    #[config(default = 0.70)]
    score_threshold: Decimal,
    #[config(default = 0.85)]
    high_conviction_threshold: Decimal,
    #[config(default = 100)]
    max_slippage_entry_bps: u32,
    #[config(default = 150)]
    max_slippage_exit_bps: u32,
}

/// One copy a pair.
#[derive(Clone, Debug, ConfigBlock)]
#[config(key(symbol: String), resident)]
struct PairConfig {
    #[config(default = 5)]
    max_positions: u32,
}

/// A way to read, made anew for each thread: reads so many times and yields something of it.
type Reader = Box<dyn FnMut(usize) -> u64>;

struct Contestant {
    name: &'static str,
    /// Which of them it is compared with.
    beside: &'static str,
    reader: Box<dyn Fn() -> Reader + Sync>,
}

const BARE: &str = "bare `ArcSwap::load`";
const CACHE: &str = "`arc_swap::Cache::load`";

pub(crate) fn measure(report: &mut Report) {
    let contestants = contestants();
    let mut nanos = vec![[const { Vec::new() }; 2]; contestants.len()];
    for _ in 0..report.size(11, ROUNDS) {
        for (contestant, nanos) in contestants.iter().zip(&mut nanos) {
            for threads in [1, 2] {
                nanos[threads - 1].push(round(contestant, threads));
            }
        }
    }
    let medians: Vec<[f64; 2]> = nanos.into_iter().map(|nanos| nanos.map(median)).collect();
    let rows = contestants.iter().zip(&medians).map(|(contestant, [one, two])| {
        let Contestant { name, beside, .. } = contestant;
        let place = contestants.iter().position(|other| other.name == *beside).expect("a name");
        let (ratio, both) = (one / medians[place][0], two / one);
        let cells = [one, two, &both].map(|number| format!("{number:.2}")).into_iter();
        let ratio = [(*beside).to_owned(), format!("{ratio:.2}")];
        [(*name).to_owned()].into_iter().chain(cells).chain(ratio).collect()
    });
    let columns = ["ns per read and thread", "1 thread", "2 threads", "2 to 1", "beside", "ratio"];
    report.table("blocks", &columns, rows.collect());
}

fn round(contestant: &Contestant, threads: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let time = |processor| {
        pin(processor);
        let mut read = (contestant.reader)();
        black_box(read(READS / 10));
        barrier.wait();
        let start = now();
        black_box(read(READS));
        (now() - start).as_nanos() as f64 / READS as f64
    };
    let sum: f64 = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..threads).map(|number| scope.spawn(move || time(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a time")).sum()
    });
    sum / threads as f64
}

fn contestants() -> Vec<Contestant> {
    let pairs: Arc<[String]> = (0..PAIRS).map(|number| format!("COIN{number}/USDT")).collect();
    let mut fixed = Config::fixed().with(TradingConfig::default());
    for symbol in &*pairs {
        fixed = fixed.with_key(symbol, PairConfig::default());
    }
    let config = fixed.build();
    let bare = Arc::new(ArcSwap::from_pointee(TradingConfig::default()));
    let locked = Arc::new(RwLock::new(Arc::new(TradingConfig::default())));
    static STATIC: OnceLock<TradingConfig> = OnceLock::new();
    let fixed: &'static TradingConfig = STATIC.get_or_init(TradingConfig::default);
    vec![
        contestant("static reference", BARE, move || {
            move || u64::from(black_box(fixed).max_concurrent_positions)
        }),
        contestant(BARE, BARE, {
            let bare = Arc::clone(&bare);
            move || {
                let bare = Arc::clone(&bare);
                move || u64::from(bare.load().max_concurrent_positions)
            }
        }),
        contestant("`config.get::<T>()`", BARE, {
            let config = config.clone();
            move || {
                let config = config.clone();
                move || u64::from(config.get::<TradingConfig>().max_concurrent_positions)
            }
        }),
        contestant("`config.with::<T>(…)`", BARE, {
            let config = config.clone();
            move || {
                let config = config.clone();
                move || {
                    config
                        .with::<TradingConfig, _>(|block| u64::from(block.max_concurrent_positions))
                }
            }
        }),
        contestant("`config.snapshot()`", BARE, {
            let config = config.clone();
            move || {
                let config = config.clone();
                move || {
                    let view = config.snapshot();
                    u64::from(view.get::<TradingConfig>().max_concurrent_positions)
                }
            }
        }),
        contestant(CACHE, CACHE, {
            let bare = Arc::clone(&bare);
            move || {
                let mut cache = Cache::new(Arc::clone(&bare));
                move || u64::from(cache.load().max_concurrent_positions)
            }
        }),
        contestant("`handle.load()`", CACHE, {
            let config = config.clone();
            move || {
                let mut handle = config.handle::<TradingConfig>();
                move || u64::from(handle.load().max_concurrent_positions)
            }
        }),
        contestant("`resident.load(symbol)`", BARE, {
            let config = config.clone();
            let pairs = Arc::clone(&pairs);
            move || {
                let (keyed, pairs) = (config.keyed::<PairConfig>(), Arc::clone(&pairs));
                let mut next = 0;
                move || {
                    next = (next + 7) % PAIRS;
                    u64::from(keyed.load(&pairs[next]).max_positions)
                }
            }
        }),
        contestant("hash of the symbol", BARE, {
            let hasher = foldhash::fast::RandomState::default();
            move || {
                let (hasher, pairs) = (hasher.clone(), Arc::clone(&pairs));
                let mut next = 0;
                move || {
                    next = (next + 7) % PAIRS;
                    std::hash::BuildHasher::hash_one(&hasher, &pairs[next])
                }
            }
        }),
        contestant("`RwLock<Arc<T>>`", BARE, {
            move || {
                let locked = Arc::clone(&locked);
                move || {
                    let block = Arc::clone(&locked.read().expect("nobody panicked"));
                    u64::from(block.max_concurrent_positions)
                }
            }
        }),
        contestant("`config.value(\"trading.score_threshold\")`", BARE, move || {
            let config = config.clone();
            move || u64::from(config.value("trading.score_threshold").is_ok())
        }),
    ]
}

fn contestant<R: FnMut() -> u64 + 'static>(
    name: &'static str,
    beside: &'static str,
    reader: impl Fn() -> R + Sync + 'static,
) -> Contestant {
    let many = move || -> Reader {
        let mut read = reader();
        Box::new(move |count| (0..count).map(|_| black_box(read())).fold(0, u64::wrapping_add))
    };
    Contestant { name, beside, reader: Box::new(many) }
}

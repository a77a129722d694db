//! The bot's loop: a thread that reads its configuration all the time, and never waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use config_sdk::{Decimal, global};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::Failure;
use crate::blocks::TradingConfig;

/// Reads between two pauses; the pauses leave the machine to others.
const BURST: u32 = 1000;
const PAUSE: Duration = Duration::from_micros(200);

/// A running loop.
pub(crate) struct Bot {
    reads: Arc<AtomicU64>,
    nanoseconds: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
    changes: mpsc::UnboundedReceiver<Seen>,
    thread: JoinHandle<()>,
}

/// A new value, and when the loop saw it first.
struct Seen {
    score_threshold: Decimal,
    at: Instant,
}

impl Bot {
    /// Starts the loop; it reads the configuration that is installed for the process.
    pub(crate) fn start() -> Self {
        let reads = Arc::new(AtomicU64::new(0));
        let nanoseconds = Arc::new(AtomicU64::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        let (seen, changes) = mpsc::unbounded_channel();
        let counts = (Arc::clone(&reads), Arc::clone(&nanoseconds));
        let end = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let mut trading = global().handle::<TradingConfig>();
            let mut last = trading.load().score_threshold;
            while !end.load(Ordering::Relaxed) {
                let began = Instant::now();
                for _ in 0..BURST {
                    let now = trading.load().score_threshold;
                    if now != last {
                        last = now;
                        let at = Instant::now();
                        // Nobody listens any more while the example ends.
                        let _ = seen.send(Seen { score_threshold: now, at });
                    }
                }
                let took = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
                counts.0.fetch_add(BURST.into(), Ordering::Relaxed);
                counts.1.fetch_add(took, Ordering::Relaxed);
                std::thread::sleep(PAUSE);
            }
        });
        Self { reads, nanoseconds, ended, changes, thread }
    }

    /// How often the loop has read.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// What one read took, on average.
    pub(crate) fn nanoseconds_per_read(&self) -> u64 {
        self.nanoseconds.load(Ordering::Relaxed) / self.reads().max(1)
    }

    /// Waits until the loop reads `score_threshold`, and says when it did so first.
    pub(crate) async fn saw(&mut self, score_threshold: Decimal) -> Result<Instant, Failure> {
        let limit = Duration::from_secs(10);
        while let Some(seen) = timeout(limit, self.changes.recv()).await? {
            if seen.score_threshold == score_threshold {
                return Ok(seen.at);
            }
        }
        Err("the bot's loop has ended".into())
    }

    /// Ends the loop.
    pub(crate) fn stop(self) {
        self.ended.store(true, Ordering::Relaxed);
        // It has nothing that could panic.
        let _ = self.thread.join();
    }
}

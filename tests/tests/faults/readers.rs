//! Two threads that read all the time, and everything that they must never see.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use config_sdk::{Config, Snapshot};

use crate::blocks::{NorthConfig, SouthConfig};

/// Reads between two rests: two threads that never rest would be the fault.
const ROUND: usize = 20;
const REST: Duration = Duration::from_millis(1);

/// Threads that read until this is dropped or asked what it saw.
pub(crate) struct Readers {
    shared: Arc<Shared>,
    threads: Vec<(Arc<AtomicI64>, JoinHandle<Seen>)>,
}

/// What readers saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) reads: u64,
    /// How often the number was another one.
    pub(crate) changes: u64,
    /// Reads that panicked.
    pub(crate) failed: u64,
    /// What must not be: halves, mixtures, steps back.
    pub(crate) torn: Vec<String>,
    /// The longest that a read of both blocks and of a snapshot took.
    pub(crate) worst: Duration,
}

#[derive(Default)]
struct Shared {
    over: AtomicBool,
    /// One block may be newer than the other.
    apart: AtomicBool,
    /// How often the store was put back to an older state.
    rewinds: AtomicU64,
}

/// Where a reader is: versions and numbers, none of which ever goes back.
#[derive(Debug, Default, PartialEq)]
struct Place([i64; 4]);

impl Readers {
    pub(crate) fn start(config: &Config) -> Self {
        let shared = Arc::<Shared>::default();
        let thread = |_| {
            let (config, shared) = (config.clone(), Arc::clone(&shared));
            let newest = Arc::new(AtomicI64::new(0));
            let told = Arc::clone(&newest);
            (newest, thread::spawn(move || shared.read(&config, &told)))
        };
        Self { threads: (0..2).map(thread).collect(), shared }
    }

    /// The number that every reader has seen last, or a newer one.
    pub(crate) fn newest(&self) -> i64 {
        let newest = self.threads.iter().map(|(newest, _)| newest.load(Ordering::SeqCst));
        newest.min().unwrap_or_default()
    }

    /// Whether one block may be newer than the other, because the other cannot be read.
    pub(crate) fn allow_apart(&self, apart: bool) {
        self.shared.apart.store(apart, Ordering::SeqCst);
    }

    /// The store will be put back to an older state: one step back is right.
    pub(crate) fn allow_rewind(&self) {
        self.shared.rewinds.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends the reading and tells of it.
    pub(crate) fn finish(mut self) -> Seen {
        self.shared.over.store(true, Ordering::SeqCst);
        let mut all = Seen::default();
        for (_, thread) in self.threads.drain(..) {
            let Ok(seen) = thread.join() else {
                all.failed += 1;
                continue;
            };
            all.reads += seen.reads;
            all.changes = all.changes.max(seen.changes);
            all.torn.extend(seen.torn);
            all.worst = all.worst.max(seen.worst);
        }
        all
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
    }
}

impl Shared {
    fn read(&self, config: &Config, newest: &AtomicI64) -> Seen {
        let mut seen = Seen::default();
        let (mut last, mut rewinds) = (Place::default(), 0);
        while !self.over.load(Ordering::Relaxed) {
            for _ in 0..ROUND {
                let began = Instant::now();
                let (north, south) = (config.get::<NorthConfig>(), config.get::<SouthConfig>());
                let view = config.snapshot();
                let both = (view.get::<NorthConfig>().number(), view.get::<SouthConfig>().number());
                seen.worst = seen.worst.max(began.elapsed());
                seen.reads += 1;

                if north.number().is_none() || south.number().is_none() || both.0.is_none() {
                    seen.torn.push(format!("half a block: {:?} {:?}", *north, *south));
                }
                if both.0 != both.1 && !self.apart.load(Ordering::SeqCst) {
                    seen.torn.push(format!("a snapshot of two moments: {both:?}"));
                }
                let now = Place::of(&view);
                if now.is_behind(&last) {
                    rewinds += 1;
                    if rewinds > self.rewinds.load(Ordering::SeqCst) {
                        seen.torn.push(format!("from {last:?} back to {now:?}"));
                    }
                }
                seen.changes += u64::from(now != last);
                last = now;
                newest.store(both.0.min(both.1).unwrap_or(-1), Ordering::SeqCst);
            }
            thread::sleep(REST);
        }
        seen
    }
}

impl Place {
    fn of(view: &Snapshot) -> Self {
        let (north, south) = (view.get::<NorthConfig>(), view.get::<SouthConfig>());
        let version = |number: u64| number.try_into().unwrap_or(i64::MAX);
        let versions = [version(north.meta().version), version(south.meta().version)];
        Self([versions[0], versions[1], north.first, south.first])
    }

    fn is_behind(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(now, before)| *now < before)
    }
}

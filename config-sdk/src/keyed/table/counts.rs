//! What happened to a cache, counted so that readers never write to a line of another thread.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::numbers;

/// One of so many hits is looked at closer, on average.
pub(super) const SAMPLE: u64 = 32;

/// What happened to one cache.
///
/// Hits and misses are counted by each thread for itself, exactly, and added up when somebody asks.
#[derive(Debug)]
pub(in crate::keyed) struct Counts {
    /// New copies put in.
    pub(in crate::keyed) sets: Count,
    /// Questions to the store.
    pub(in crate::keyed) loads: Count,
    /// Keys that were asked for in them.
    pub(in crate::keyed) loaded_keys: Count,
    /// Readers who waited for a load that another had begun.
    pub(in crate::keyed) waits: Count,
    /// Loads that failed, and rows that were turned away.
    pub(in crate::keyed) errors: Count,
    /// Reads that got something else, because nothing could be loaded in time.
    pub(in crate::keyed) stand_ins: Count,
    /// Copies that left for want of room.
    pub(in crate::keyed) evictions: Count,
    number: numbers::Number,
    tallies: Mutex<Tallies>,
}

/// A number that grows; for what does not happen at every read.
#[derive(Debug, Default)]
pub(in crate::keyed) struct Count(AtomicU64);

impl Count {
    pub(in crate::keyed) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(in crate::keyed) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Reads that found a copy, and reads that did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::keyed) struct Reads {
    pub(in crate::keyed) hits: u64,
    pub(in crate::keyed) misses: u64,
}

/// The threads' tallies of one cache.
#[derive(Debug, Default)]
struct Tallies {
    /// Of threads that ended.
    past: Reads,
    threads: Vec<Arc<Tally>>,
}

/// What one thread counted of one cache; it alone writes. Aligned so that no other thread's is on the
/// same line, nor on the one that the processor fetches with it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Tally {
    hits: AtomicU64,
    misses: AtomicU64,
    /// Nothing more will be counted here.
    over: AtomicBool,
}

/// A thread's tally of one cache.
struct Mine {
    cache: u64,
    tally: Arc<Tally>,
    /// Hits until the next one that is looked at closer.
    until: u64,
}

thread_local! {
    /// By the number of the cache.
    static MINE: RefCell<Vec<Option<Mine>>> = const { RefCell::new(Vec::new()) };
}

impl Counts {
    pub(super) fn new() -> Self {
        Self {
            sets: Count::default(),
            loads: Count::default(),
            loaded_keys: Count::default(),
            waits: Count::default(),
            errors: Count::default(),
            stand_ins: Count::default(),
            evictions: Count::default(),
            number: numbers::Number::take(),
            tallies: Mutex::default(),
        }
    }

    /// A read found a copy; whether this is one to look at closer.
    #[inline]
    pub(super) fn hit(&self) -> bool {
        self.with(|mine| {
            step(&mine.tally.hits);
            mine.until -= 1;
            let sampled = mine.until == 0;
            if sampled {
                mine.until = pause();
            }
            sampled
        })
        .unwrap_or_else(|| {
            self.lock().past.hits += 1;
            false
        })
    }

    /// A read found none.
    #[inline]
    pub(in crate::keyed) fn miss(&self) {
        if self.with(|mine| step(&mine.tally.misses)).is_none() {
            self.lock().past.misses += 1;
        }
    }

    /// A reader wants a key loaded; whether it was known to be wanted.
    pub(in crate::keyed) fn load_wanted(&self, known: bool) {
        self.waits.add(u64::from(known));
    }

    pub(in crate::keyed) fn reads(&self) -> Reads {
        let mut tallies = self.lock();
        tallies.settle();
        tallies.threads.iter().fold(tallies.past, |sum, tally| sum.and(tally))
    }

    /// `None` while the thread is ending.
    #[inline]
    fn with<R>(&self, count: impl FnOnce(&mut Mine) -> R) -> Option<R> {
        MINE.try_with(|mine| {
            let mut mine = mine.try_borrow_mut().ok()?;
            match mine.get_mut(self.number.index()) {
                Some(Some(mine)) if mine.cache == self.number.once() => Some(count(mine)),
                _ => Some(count(self.begin(&mut mine))),
            }
        })
        .ok()?
    }

    #[cold]
    fn begin<'a>(&self, mine: &'a mut Vec<Option<Mine>>) -> &'a mut Mine {
        let tally = Arc::new(Tally::default());
        let mut tallies = self.lock();
        tallies.settle();
        tallies.threads.push(Arc::clone(&tally));
        let index = self.number.index();
        if mine.len() <= index {
            mine.resize_with(index + 1, || None);
        }
        mine[index].insert(Mine { cache: self.number.once(), tally, until: pause() })
    }

    fn lock(&self) -> MutexGuard<'_, Tallies> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tallies {
    /// Adds up for good what threads counted that ended.
    fn settle(&mut self) {
        let past = &mut self.past;
        self.threads.retain(|tally| {
            // With this, all that the thread counted is seen.
            let over = tally.over.load(Ordering::Acquire);
            if over {
                *past = past.and(tally);
            }
            !over
        });
    }
}

impl Reads {
    fn and(self, tally: &Tally) -> Self {
        Self {
            hits: self.hits + tally.hits.load(Ordering::Relaxed),
            misses: self.misses + tally.misses.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        self.tally.over.store(true, Ordering::Release);
    }
}

/// Nobody else writes, so no exclusive access to the line is needed.
#[inline]
fn step(count: &AtomicU64) {
    count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// Random, so that reads in a rhythm are sampled as fairly as others.
#[cold]
fn pause() -> u64 {
    fastrand::u64(1..2 * SAMPLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_and_misses_of_all_threads_are_counted_exactly_also_of_those_that_ended() {
        let counts = Counts::new();
        std::thread::scope(|scope| {
            let count = || {
                (0..1000).for_each(|_| _ = counts.hit());
                (0..10).for_each(|_| counts.miss());
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(count)).collect();
            // Only what is joined has ended as a whole: a scope does not wait for that.
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        counts.miss();
        assert_eq!(counts.reads(), Reads { hits: 4000, misses: 41 });
        assert_eq!(counts.lock().threads.len(), 1, "only this thread's tally is left");
    }

    #[test]
    fn caches_that_come_and_go_are_not_taken_for_one_another() {
        let lasting = Counts::new();
        for _ in 0..100 {
            let passing = Counts::new();
            passing.hit();
            lasting.hit();
            assert_eq!(passing.reads().hits, 1);
        }
        assert_eq!(lasting.reads().hits, 100);
        MINE.with_borrow(|mine| assert!(mine.len() < 50, "numbers are used again"));
    }

    #[test]
    fn one_hit_in_thirty_two_is_sampled() {
        let counts = Counts::new();
        let sampled = (0..320_000).filter(|_| counts.hit()).count();
        assert!((9_000..11_000).contains(&sampled), "{sampled}");
    }
}

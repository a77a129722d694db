//! The bounded cache of one keyed block: read without waiting, written by one at a time.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use foldhash::quality::RandomState;

use super::counts::{Counts, SAMPLE};
use super::index::Index;
use super::ledger::{Ledger, Weight};
use super::policy::MOST_USES;
use super::weight;
use crate::cell::{Guard, Published};
use crate::key::Key;

/// How much a table may hold.
#[derive(Clone, Copy, Debug)]
pub(in crate::keyed) struct Bounds {
    /// Copies, those of keys without a row included.
    pub(in crate::keyed) entries: usize,
    /// Bytes, the table's own memory included.
    pub(in crate::keyed) bytes: usize,
}

/// Copies of a keyed block, found by key.
///
/// A search takes no lock, allocates nothing and writes to nothing that other readers look at, except
/// for the first few reads of a copy. It compares the key that the copy itself carries, so whatever
/// writers do meanwhile, no copy is taken for another key's.
///
/// The hash is seeded at random, so that nobody can prepare keys that collide. At most half of the
/// entries, and of the bytes, are of keys without a row.
pub(in crate::keyed) struct Table<T> {
    hasher: RandomState,
    index: Index,
    places: Box<[Place<T>]>,
    /// Hits that were looked at closer, of the copy at each place. Apart from the places, whose lines
    /// readers share.
    sampled: Box<[AtomicU32]>,
    /// What is at a place without a copy.
    vacant: Arc<Published<T>>,
    ledger: Mutex<Ledger>,
    counts: Counts,
}

/// A copy that was found.
#[must_use]
pub(in crate::keyed) struct Hit<T> {
    pub(in crate::keyed) guard: Guard<T>,
    /// When the copy was loaded, as its owner stamped it.
    pub(in crate::keyed) stamp: u32,
    place: usize,
}

struct Place<T> {
    copy: ArcSwap<Published<T>>,
    uses: AtomicU8,
}

impl<T> Table<T> {
    /// An empty table. `vacant` is what places without a copy hold; it has no key.
    pub(in crate::keyed) fn new(bounds: Bounds, vacant: Arc<Published<T>>) -> Self {
        let most = bounds.bytes / (Self::PLACE + weight::least::<T>());
        let places = bounds.entries.min(most).min(u32::MAX as usize / 4);
        let place = || Place { copy: ArcSwap::new(Arc::clone(&vacant)), uses: AtomicU8::new(0) };
        let room = bounds.bytes - places * Self::PLACE;
        Self {
            hasher: RandomState::default(),
            index: Index::new(places),
            places: (0..places).map(|_| place()).collect(),
            sampled: (0..places).map(|_| AtomicU32::new(0)).collect(),
            vacant,
            ledger: Mutex::new(Ledger::new(places, room)),
            counts: Counts::new(),
        }
    }

    /// What a place takes while no copy is there.
    const PLACE: usize = size_of::<Place<T>>()
        + size_of::<AtomicU32>()
        + Index::BYTES_PER_PLACE
        + Ledger::BYTES_PER_PLACE;

    /// The copy of the key whose parts are `joined`. Nothing is counted.
    #[inline]
    pub(in crate::keyed) fn find(&self, joined: &str) -> Option<Hit<T>> {
        self.index.find(self.tag(joined), |place| {
            let guard = Guard::new(self.places.get(place)?.copy.load());
            let copy = guard.published();
            if copy.meta.key.as_ref()?.joined() != joined {
                return None;
            }
            let stamp = copy.stamp.load(Ordering::Acquire);
            Some(Hit { guard, stamp, place })
        })
    }

    /// A reader used what was found: counts a hit, and that the copy is worth keeping.
    #[inline]
    pub(in crate::keyed) fn hit(&self, hit: &Hit<T>) {
        if self.counts.hit() {
            self.sampled[hit.place].fetch_add(1, Ordering::Relaxed);
        }
        let uses = &self.places[hit.place].uses;
        let used = uses.load(Ordering::Relaxed);
        // Readers may overtake one another here: a use is lost, and nobody waits.
        if used < MOST_USES {
            uses.store(used + 1, Ordering::Relaxed);
        }
    }

    /// Puts `copy` in under its key, in place of the one there may be; others leave until there is
    /// room. Its value takes `heap` bytes beyond itself. Whether it is held: not if it is larger than
    /// the bound, and not without a key.
    pub(in crate::keyed) fn insert(&self, copy: Arc<Published<T>>, heap: usize) -> bool {
        let Some(key) = copy.meta.key.clone() else { return false };
        let tag = self.tag(key.joined());
        let weight = Weight { bytes: weight::of(&copy, heap), absent: copy.absent };
        let mut left = Vec::new(); // dropped after the lock: a value's own Drop may read as well
        let mut ledger = self.lock();
        let predecessor = self.find(key.joined()).map(|hit| hit.place);
        if !ledger.fits(weight) {
            left.extend(predecessor.map(|place| {
                ledger.release(place);
                self.vacate(place, tag)
            }));
            return false;
        }
        let lifted = predecessor.map(|place| ledger.lift(place));
        while let Some(place) = ledger.leaves(weight, lifted.is_none(), |place| self.uses(place)) {
            left.push(self.vacate(place, ledger.tag(place)));
            self.counts.evictions.add(1);
        }
        self.counts.sets.add(1);
        if let Some(lifted) = lifted {
            left.push(self.places[lifted.place].copy.swap(copy));
            ledger.succeed(lifted, weight);
            return true;
        }
        let Some(place) = ledger.free() else { return false };
        ledger.admit(place, tag, weight);
        self.uses(place).store(0, Ordering::Relaxed);
        self.sampled[place].store(0, Ordering::Relaxed);
        self.places[place].copy.store(copy);
        if let Some(place) = self.index.insert(tag, place) {
            ledger.release(place);
            left.push(self.vacate(place, ledger.tag(place)));
            self.counts.evictions.add(1);
        }
        true
    }

    /// Stamps the copy of `key`; whether there is one.
    pub(in crate::keyed) fn stamp(&self, key: &Key, stamp: u32) -> bool {
        let _ledger = self.lock();
        let found = self.find(key.joined());
        found.map(|hit| hit.guard.published().stamp.store(stamp, Ordering::Release)).is_some()
    }

    /// Stamps the copies of those keys that `is_meant`; how many there are.
    pub(in crate::keyed) fn stamp_matching(
        &self,
        stamp: u32,
        is_meant: impl Fn(&Key) -> bool,
    ) -> usize {
        let _ledger = self.lock();
        let mut marked = 0;
        self.for_each(|copy, _| {
            if copy.meta.key.as_ref().is_some_and(&is_meant) {
                copy.stamp.store(stamp, Ordering::Release);
                marked += 1;
            }
        });
        marked
    }

    /// Every copy, with an estimate of how often it was hit since it came: from one hit in 32.
    /// Copies that come or leave meanwhile may be missed.
    pub(in crate::keyed) fn for_each(&self, mut see: impl FnMut(&Published<T>, u64)) {
        for (place, sampled) in self.places.iter().zip(&self.sampled) {
            let copy = place.copy.load();
            if copy.meta.key.is_some() {
                see(&copy, u64::from(sampled.load(Ordering::Relaxed)) * SAMPLE);
            }
        }
    }

    /// The `most` keys that were hit most, with their estimates, the first first.
    pub(in crate::keyed) fn top(&self, most: usize) -> Vec<(Key, u64)> {
        let mut keys = Vec::new();
        self.for_each(|copy, hits| keys.extend(copy.meta.key.clone().map(|key| (key, hits))));
        keys.sort_unstable_by(|(a, a_hits), (b, b_hits)| b_hits.cmp(a_hits).then(a.cmp(b)));
        keys.truncate(most);
        keys
    }

    /// How many copies there are.
    pub(in crate::keyed) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether one more copy of the usual size finds room without another having to leave.
    pub(in crate::keyed) fn has_room(&self) -> bool {
        self.lock().has_room()
    }

    /// How many bytes they and the table take.
    pub(in crate::keyed) fn bytes(&self) -> usize {
        self.lock().bytes() + self.places.len() * Self::PLACE
    }

    pub(in crate::keyed) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The copy that was at `place`; nobody finds it any more.
    fn vacate(&self, place: usize, tag: u32) -> Arc<Published<T>> {
        self.index.remove(tag, place);
        self.places[place].copy.swap(Arc::clone(&self.vacant))
    }

    #[inline]
    fn tag(&self, joined: &str) -> u32 {
        (self.hasher.hash_one(joined) >> 32) as u32
    }

    fn uses(&self, place: usize) -> &AtomicU8 {
        &self.places[place].uses
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("entries", &self.len()).finish_non_exhaustive()
    }
}

//! A bounded keyed block: the copies that are used, and one load for each of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use arc_swap::ArcSwap;

use super::error::LoadError;
use super::flight::Flight;
use super::landing::Landing;
use super::options::KeyedOptions;
use super::table::{Bounds, Table};
use crate::cell::{Guard, Meta, Published};
use crate::key::{Key, KeyFor};

/// How many marks a lifetime is divided into: a copy lives for it, give or take one of them.
pub(crate) const MARKS: u32 = 8;

/// Where readers find the copies of a bounded block.
pub(super) struct Bounded<T> {
    pub(super) table: Table<T>,
    pub(super) flight: Flight<T>,
    pub(super) options: KeyedOptions,
    /// What keys without a row of their own have, as far as is known.
    shared: ArcSwap<Published<T>>,
    age: Age,
    /// Whether nothing can be loaded now, so that nobody should wait for it.
    away: AtomicBool,
}

/// How time passes for copies: a copy bears the mark of when it was loaded, and reading it costs no
/// look at a clock.
struct Age {
    now: AtomicU32,
    /// Copies with a lower mark are read again.
    soft: AtomicU32,
    /// Copies with a lower mark are not served before they have been.
    hard: AtomicU32,
}

/// What there is of a key.
pub(super) enum Look<T> {
    /// What the store holds, as far as anybody knows.
    Fresh(Guard<T>),
    /// Good enough to be served while it is read again.
    Stale(Guard<T>),
    /// The last good one, for want of a better.
    Old(Guard<T>),
    Nothing,
}

impl<T: Send + Sync + 'static> Bounded<T> {
    pub(super) fn new(options: &KeyedOptions, shared: Arc<Published<T>>) -> Self {
        let bounds = Bounds { entries: options.max_entries, bytes: options.max_bytes };
        Self {
            table: Table::new(bounds, Arc::clone(&shared)),
            flight: Flight::new(),
            options: options.clone(),
            shared: ArcSwap::new(shared),
            age: Age { now: AtomicU32::new(1), soft: AtomicU32::new(1), hard: AtomicU32::new(1) },
            away: AtomicBool::new(false),
        }
    }

    /// What there is of a key, at once; counted as a read.
    #[inline]
    pub(super) fn look<K>(&self, key: &impl KeyFor<K>) -> Look<T> {
        let Some(hit) = key.with_joined(|joined| self.table.find(joined)) else {
            self.table.counts().miss();
            return Look::Nothing;
        };
        if self.is_current(hit.stamp) {
            self.table.hit(&hit);
            Look::Fresh(hit.guard)
        } else if hit.stamp >= self.age.hard.load(Ordering::Relaxed) {
            self.table.hit(&hit);
            Look::Stale(hit.guard)
        } else {
            self.table.counts().miss();
            Look::Old(hit.guard)
        }
    }

    /// Whether a copy with this stamp is what the store holds, as far as anybody knows.
    #[inline]
    pub(super) fn is_current(&self, stamp: u32) -> bool {
        stamp >= self.age.soft.load(Ordering::Relaxed)
    }

    /// The copy of `key` by a load, or if nothing can be loaded what is `left`.
    pub(super) async fn load(&self, key: &Key, left: Option<Guard<T>>) -> Guard<T> {
        if let Some(landing) = self.wish(key)
            && let Ok(copy) = self.landed(landing).await
        {
            return Guard::of(copy);
        }
        self.table.counts().stand_ins.add(1);
        left.unwrap_or_else(|| self.shared())
    }

    /// Wants `key` loaded. `None` if it is not worth waiting for: while nothing can be loaded, one key
    /// at a time finds out whether that has changed.
    pub(super) fn wish(&self, key: &Key) -> Option<Landing<T>> {
        let away = self.away.load(Ordering::Relaxed);
        if away && !self.flight.is_idle() {
            return None;
        }
        let there = || {
            let hit = self.table.find(key.joined())?;
            self.is_current(hit.stamp).then(|| hit.guard.into_published())
        };
        let (landing, known) = self.flight.want_unless(key, false, there);
        self.table.counts().load_wanted(known);
        (!away).then_some(landing)
    }

    /// The copy of `key` by a load that begins after this was called.
    ///
    /// # Errors
    /// If nothing can be loaded.
    pub(super) async fn load_now(&self, key: &Key) -> Result<Guard<T>, LoadError> {
        let (landing, known) = self.flight.want(key, true);
        self.table.counts().load_wanted(known);
        self.landed(landing).await.map(Guard::of)
    }

    /// What becomes of a load, within the time that a reader waits.
    async fn landed(&self, landing: Landing<T>) -> Result<Arc<Published<T>>, LoadError> {
        let within = self.options.load_timeout;
        match tokio::time::timeout(within, landing.ended()).await {
            Ok(landed) => {
                landed.map_err(|reason| LoadError::Unavailable { reason: reason.to_string() })
            }
            Err(_) => Err(LoadError::Late { within }),
        }
    }

    /// Whether the copy of `key` is in memory, and what the store holds as far as anybody knows.
    pub(super) fn is_fresh(&self, key: &Key) -> bool {
        self.table.find(key.joined()).is_some_and(|hit| self.is_current(hit.stamp))
    }

    /// Forgets the copy of `key`; says whether it was there.
    pub(super) fn forget(&self, key: &Key) -> bool {
        self.flight.invalidate(key, None);
        self.table.stamp(key, 0)
    }

    /// What keys without a row of their own have, as far as is known.
    pub(super) fn shared(&self) -> Guard<T> {
        Guard::of(self.shared.load_full())
    }

    pub(super) fn set_shared(&self, shared: Published<T>) {
        self.shared.store(Arc::new(shared));
    }

    /// Keeps what was loaded of `key` as of `epoch`, and hands it to whoever waits for it; says whether it
    /// is what the store holds. If the key changed meanwhile, it is kept for want of a better one.
    pub(super) fn land(&self, key: &Key, epoch: u64, copy: Published<T>, heap: usize) -> bool {
        let copy = Arc::new(copy); // its stamp is that of what is not served as fresh
        self.table.insert(Arc::clone(&copy), heap);
        self.count(key, epoch, &copy)
    }

    /// What keys without a row of their own have is what `key` has.
    pub(super) fn land_shared(&self, key: &Key, epoch: u64) -> bool {
        let shared = self.shared.load();
        let meta = Meta { key: Some(key.clone()), epoch, ..shared.meta.clone() };
        let copy = Published::new(Arc::clone(&shared.value), meta);
        self.land(key, epoch, Published { absent: true, ..copy }, 0)
    }

    /// The row that `key` has as of `epoch` was turned away: the copy that was there stays, or else what
    /// keys without a row have stands in.
    pub(super) fn keep(&self, key: &Key, epoch: u64) {
        match self.table.find(key.joined()) {
            Some(hit) => _ = self.count(key, epoch, &hit.guard.into_published()),
            None => _ = self.land_shared(key, epoch),
        }
    }

    /// Lets the copy that is kept of `key` count as what the store holds, unless it changed since `epoch`.
    fn count(&self, key: &Key, epoch: u64, copy: &Arc<Published<T>>) -> bool {
        self.flight.land(key, epoch, copy, || {
            self.table.stamp(key, self.age.now.load(Ordering::Relaxed));
        })
    }

    /// These copies are not what the store holds any more. Those that were there are read again; what
    /// is under way for them is not taken if it is older than `epoch`.
    pub(super) fn drop_keys<'a>(&self, keys: impl Iterator<Item = &'a Key>, epoch: Option<u64>) {
        for key in keys {
            self.flight.invalidate(key, epoch);
            if self.table.stamp(key, 0) {
                self.flight.want_later(std::slice::from_ref(key));
            }
        }
    }

    /// The same of every copy that `is_meant` names; how many there were. They are read again when
    /// they are asked for.
    pub(super) fn drop_where(&self, is_meant: impl Fn(&Key) -> bool) -> usize {
        self.flight.invalidate_where(&is_meant);
        self.table.stamp_matching(0, is_meant)
    }

    /// No copy is what the store holds any more, as far as anybody knows.
    pub(super) fn drop_all(&self) {
        self.flight.invalidate_where(|_| true);
        let now = self.age.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.age.hard.store(now, Ordering::Relaxed);
        self.age.soft.store(now, Ordering::Relaxed);
    }

    /// A part of the lifetime is over: copies from before it are read again.
    pub(super) fn grow_older(&self, soft: u32, hard: u32) {
        let now = self.age.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.age.soft.fetch_max(now.saturating_sub(soft), Ordering::Relaxed);
        self.age.hard.fetch_max(now.saturating_sub(hard), Ordering::Relaxed);
    }

    /// Nothing can be loaded now: everybody who waits is told why.
    pub(super) fn fail(&self, reason: &Arc<str>) {
        self.away.store(true, Ordering::Relaxed);
        self.flight.fail(reason);
    }

    pub(super) fn is_back(&self) {
        self.away.store(false, Ordering::Relaxed);
    }
}

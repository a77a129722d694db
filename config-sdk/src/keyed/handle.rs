//! The way to the copies of one keyed block.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::bounded::{Bounded, Look};
use super::error::LoadError;
use super::resident::{self, KeyGuard};
use super::shelf::{AnyShelf, Kept, Shelf};
use super::{Stats, Warmed};
use crate::block::{KeyedBlock, ResidentBlock};
use crate::cell::Guard;
use crate::key::{Key, KeyError, KeyFor, Pattern, PatternFor};

/// The copies of one keyed block; what [`Config::keyed`](crate::Config::keyed) returns. Cheap to clone,
/// and a clone of the `Config` as well: its background task goes on for as long as this is there.
pub struct Keyed<T> {
    shelf: Arc<Shelf<T>>,
    /// What keeps its copies up to date, for as long as they are read.
    _alive: Arc<dyn Any + Send + Sync>,
}

impl<T: KeyedBlock> Keyed<T> {
    pub(crate) fn new(shelf: Arc<Shelf<T>>, alive: Arc<dyn Any + Send + Sync>) -> Self {
        Self { shelf, _alive: alive }
    }

    /// The copy of `key`. Never fails: it is the one in memory, else the store's, else the last good
    /// one, else what keys without a row share, else the defaults.
    ///
    /// What is in memory is served at once, in nanoseconds and without the network. A copy that is not
    /// there is waited for, for at most [`load_timeout`](super::KeyedOptions::load_timeout), by all who
    /// want it together; while the store is known to be away, nobody waits. What is no key, because a part is empty,
    /// holds a NUL, or all are too long, has no row, and so what such keys share.
    ///
    /// Cancel safe: a load goes on if this is dropped.
    pub async fn get(&self, key: impl KeyFor<T::Key>) -> Guard<T> {
        let bounded = match &self.shelf.kept {
            Kept::Resident(resident) => return resident.load(key).into_guard(),
            Kept::Bounded(bounded) => bounded,
        };
        let left = match bounded.look(&key) {
            Look::Fresh(guard) => return guard,
            Look::Stale(guard) => {
                if let Ok(key) = owned::<T>(&key) {
                    bounded.wish(&key);
                }
                return guard;
            }
            Look::Old(guard) => Some(guard),
            Look::Nothing => None,
        };
        match owned::<T>(&key) {
            Ok(key) => bounded.load(&key, left).await,
            Err(_) => bounded.shared(),
        }
    }

    /// The copy of `key` if it is in memory and as new as anybody knows; never waits, and loads
    /// nothing. It is counted as a read. Of a resident block, `None` if the key has no row of its own; of
    /// another, that a key has none is a copy as well.
    pub fn peek(&self, key: impl KeyFor<T::Key>) -> Option<Guard<T>> {
        match &self.shelf.kept {
            Kept::Resident(resident) => {
                let guard = resident.load(key);
                guard.is_own().then(|| guard.into_guard())
            }
            Kept::Bounded(bounded) => match bounded.look(&key) {
                Look::Fresh(guard) | Look::Stale(guard) => Some(guard),
                Look::Old(_) | Look::Nothing => None,
            },
        }
    }

    /// The copy of `key` as the store has it now, past what is in memory. Cancel safe.
    ///
    /// # Errors
    /// If it is no key, if the store does not answer, or if its row is turned away: readers keep the
    /// last good copy then. Of a resident block, which is refreshed as a whole, what is in memory is
    /// returned; ask for [`Config::refresh_block`](crate::Config::refresh_block) first.
    pub async fn get_fresh(&self, key: impl KeyFor<T::Key>) -> Result<Guard<T>, LoadError> {
        let key_text = owned::<T>(&key)?;
        let guard = match &self.shelf.kept {
            Kept::Resident(resident) => resident.load(key).into_guard(),
            Kept::Bounded(bounded) => bounded.load_now(&key_text).await?,
        };
        match self.shelf.refusals().of(Some(&key_text)) {
            Some(faults) => Err(LoadError::Rejected(faults)),
            None => Ok(guard),
        }
    }

    /// Loads the copies of these keys that are not in memory, together: one query for up to a thousand.
    ///
    /// Cancel safe: the loads go on if this is dropped.
    pub async fn warm<K: KeyFor<T::Key>>(&self, keys: impl IntoIterator<Item = K>) -> Warmed {
        let keys: Vec<_> = keys.into_iter().map(|key| owned::<T>(&key)).collect();
        let Kept::Bounded(bounded) = &self.shelf.kept else {
            return Warmed { present: keys.len(), ..Warmed::default() };
        };
        bounded.warm(keys).await
    }

    /// Loads every copy that has a row of its own, a thousand at a time and as far as they fit, and
    /// tells `progress` of what is done so far after each of them. Reads go on meanwhile.
    ///
    /// Cancel safe: the loads go on if this is dropped.
    pub async fn warm_all(&self, mut progress: impl FnMut(&Warmed)) -> Warmed {
        let Kept::Bounded(bounded) = &self.shelf.kept else {
            return Warmed { present: self.shelf.len(), ..Warmed::default() };
        };
        let (order, mut done) = watch::channel(Warmed::default());
        bounded.flight.order(order);
        while done.changed().await.is_ok() {
            progress(&done.borrow_and_update());
        }
        let done = done.borrow();
        done.clone()
    }

    /// Drops the copy of `key`, here and, by way of the store, in every other process that reads it;
    /// says whether it was here. It is loaded again when it is asked for.
    ///
    /// Changes of a row need none of this: they drop what they change by themselves. Of a resident
    /// block, nothing is dropped here; every process reads all of it again.
    pub fn invalidate(&self, key: impl KeyFor<T::Key>) -> bool {
        let Ok(key) = owned::<T>(&key) else {
            return false;
        };
        let was_here = match &self.shelf.kept {
            Kept::Resident(_) => false,
            Kept::Bounded(bounded) => bounded.forget(&key),
        };
        self.tell(Pattern::exactly(&key));
        was_here
    }

    /// Drops every copy whose key matches, everywhere as [`invalidate`](Self::invalidate) does; how many
    /// were here. `*` stands for any text and `?` for any character of one part; see [`Pattern`]. For a
    /// key of several parts the pattern is a tuple of as many. A pattern that no key is like drops
    /// nothing.
    pub fn invalidate_matching(&self, pattern: impl PatternFor<T::Key>) -> usize {
        let Ok(pattern) = pattern.into_pattern() else {
            return 0;
        };
        let dropped = |bounded: &Bounded<T>| bounded.drop_where(|key| pattern.matches(key));
        let count = self.bounded().map_or(0, dropped);
        self.tell(pattern);
        count
    }

    /// Drops every copy, everywhere as [`invalidate`](Self::invalidate) does; how many were here. As
    /// last good copies, for as long as the store is away, they stay in memory until others need
    /// the room.
    pub fn clear(&self) -> usize {
        let count = self.bounded().map_or(0, |bounded| {
            let count = bounded.table.len();
            bounded.drop_all();
            count
        });
        self.tell(Pattern::all(T::schema().keys.len()));
        count
    }

    /// What was read, loaded and dropped since the start, and what there is now. Of a resident block
    /// only how many copies there are.
    #[must_use]
    pub fn stats(&self) -> Stats {
        match &self.shelf.kept {
            Kept::Resident(resident) => Stats { entries: resident.len(), ..Stats::default() },
            Kept::Bounded(bounded) => bounded.stats(),
        }
    }

    fn bounded(&self) -> Option<&Bounded<T>> {
        match &self.shelf.kept {
            Kept::Resident(_) => None,
            Kept::Bounded(bounded) => Some(bounded),
        }
    }

    fn tell(&self, pattern: Pattern) {
        self.shelf.outbox.put(T::schema(), pattern);
    }
}

impl<T: ResidentBlock> Keyed<T> {
    /// The copy of `key`, at once; for one without a row of its own what all such keys share.
    /// Synchronous, infallible, without allocation or network; one atomic load and a hash of the key.
    #[inline]
    pub fn load(&self, key: impl KeyFor<T::Key>) -> KeyGuard<T> {
        match &self.shelf.kept {
            Kept::Resident(resident) => resident.load(key),
            Kept::Bounded(_) => unreachable!("a resident block's copies are resident"),
        }
    }

    /// All keys with rows of their own and their copies, in no order, as of one moment.
    pub fn iter(&self) -> impl Iterator<Item = (Key, Arc<T>)> + use<T> {
        match &self.shelf.kept {
            Kept::Resident(resident) => resident::walk(resident.copies()),
            Kept::Bounded(_) => unreachable!("a resident block's copies are resident"),
        }
    }
}

/// The key to keep, if it is one.
fn owned<T: KeyedBlock>(key: &impl KeyFor<T::Key>) -> Result<Key, KeyError> {
    key.with_joined(|joined| Key::of_joined(joined, T::schema().keys.len()))
}

impl<T> Clone for Keyed<T> {
    fn clone(&self) -> Self {
        Self { shelf: Arc::clone(&self.shelf), _alive: Arc::clone(&self._alive) }
    }
}

impl<T> fmt::Debug for Keyed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shelf.fmt(f)
    }
}

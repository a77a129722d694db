//! A resident keyed block: every copy in memory, exchanged as a whole.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::map::{Changes, Map, Place};
use crate::block::{ConfigBlock, ResidentBlock};
use crate::cell::{BlockRef, Guard, Held, Meta, Published, Ready, Snapshot, Standing};
use crate::key::{Key, KeyFor};

/// All copies of a block as of one moment.
pub(super) struct Copies<T> {
    own: Map<Held<T>>,
    /// What keys without a row of their own have.
    shared: Held<T>,
}

impl<T> Copies<T> {
    #[inline]
    fn find<K>(&self, key: impl KeyFor<K>) -> Option<Place> {
        key.with_joined(|joined| self.own.find(joined))
    }

    #[inline]
    fn at(&self, place: Option<Place>) -> &Held<T> {
        place.and_then(|place| self.own.at(place)).unwrap_or(&self.shared)
    }
}

/// Where readers find the copies of a resident block.
pub(super) struct Resident<T>(ArcSwap<Copies<T>>);

/// What becomes of the copies of a resident block.
#[derive(Debug, Default)]
pub(crate) struct Edit {
    /// What keys without a row of their own have from now on, unless that stays.
    pub(crate) shared: Option<(Ready, Meta)>,
    /// The keys that change; `None` for those that have no row any more.
    pub(crate) own: BTreeMap<Key, Option<(Ready, Meta)>>,
}

impl<T> Resident<T> {
    pub(super) fn new(shared: Arc<Published<T>>) -> Self {
        Self(ArcSwap::from_pointee(Copies { own: Map::new(), shared: Held::new(shared) }))
    }

    #[inline]
    pub(super) fn load<K>(&self, key: impl KeyFor<K>) -> KeyGuard<T> {
        let copies = self.0.load();
        let place = copies.find(key);
        KeyGuard { copies, place }
    }

    /// The copy of `key`, if it has a row of its own, else what all such keys have.
    pub(super) fn published(&self, key: Option<&Key>) -> Arc<Published<T>> {
        let copies = self.0.load();
        Arc::clone(&copies.at(key.and_then(|key| copies.find::<()>(key))).published)
    }

    pub(super) fn copies(&self) -> Arc<Copies<T>> {
        self.0.load_full()
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.0.load().own.iter().map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.load().own.len()
    }
}

impl<T: ConfigBlock> Resident<T> {
    /// Exchanges the copies that `edit` names. One writer.
    pub(super) fn edit(&self, edit: Edit) {
        let ready = |(ready, meta): (Ready, Meta)| {
            Published::of(ready, meta).map(|copy| Held::new(Arc::new(copy)))
        };
        let own = edit.own.into_iter().filter_map(|(key, copy)| match copy {
            None => Some((key, None)),
            Some(copy) => Some((key, Some(ready(copy)?))),
        });
        self.exchange(edit.shared.and_then(ready), own.collect());
    }

    /// Exchanges the copy of `key`, or of no key what all keys without a row have. One writer.
    pub(super) fn put(&self, key: Option<&Key>, copy: Published<T>) {
        let copy = Held::new(Arc::new(copy));
        match key {
            Some(key) => self.exchange(None, [(key.clone(), Some(copy))].into()),
            None => self.exchange(Some(copy), Changes::new()),
        }
    }

    fn exchange(&self, shared: Option<Held<T>>, own: Changes<Held<T>>) {
        let former = self.0.load();
        let shared = shared.unwrap_or_else(|| former.shared.clone());
        self.0.store(Arc::new(Copies { own: former.own.with(&own), shared }));
    }
}

impl<T: ConfigBlock> Standing for Resident<T> {
    fn slot(&self) -> usize {
        T::slot().index()
    }

    fn standing(&self) -> Arc<dyn Any + Send + Sync> {
        self.copies()
    }
}

/// A copy of a resident block as it was when it was read; it does not change while it is held.
///
/// Costs one atomic load and a hash of the key. It may be sent to another thread and held across an
/// `.await`; it holds on to all copies of the block, so to keep it for long, take
/// [`KeyGuard::into_arc`].
pub struct KeyGuard<T> {
    copies: arc_swap::Guard<Arc<Copies<T>>>,
    place: Option<Place>,
}

impl<T> KeyGuard<T> {
    /// Where the value came from, its version and epoch.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.copies.at(self.place).published.meta
    }

    /// Whether the key has a row of its own; without one it has what all such keys share.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.place.is_some()
    }

    /// The value to keep: one reference count.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        Arc::clone(&self.copies.at(self.place).value)
    }

    pub(super) fn into_guard(self) -> Guard<T> {
        Guard::of(Arc::clone(&self.copies.at(self.place).published))
    }
}

impl<T> Deref for KeyGuard<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.copies.at(self.place).value
    }
}

impl<T: fmt::Debug> fmt::Debug for KeyGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The copies of a resident block inside a [`Snapshot`].
pub struct KeyedRef<'a, T>(&'a Copies<T>);

impl<'a, T: ResidentBlock> KeyedRef<'a, T> {
    /// The copy of `key`; for one without a row of its own, what all such keys share.
    #[must_use]
    pub fn load(self, key: impl KeyFor<T::Key>) -> BlockRef<'a, T> {
        BlockRef::new(&self.0.at(self.0.find(key)).published)
    }

    /// All keys with rows of their own, in no order.
    pub fn iter(self) -> impl Iterator<Item = (&'a Key, BlockRef<'a, T>)> {
        self.0.own.iter().map(|(key, copy)| (key, BlockRef::new(&copy.published)))
    }
}

impl<T> Clone for KeyedRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for KeyedRef<'_, T> {}

impl<T> fmt::Debug for KeyedRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedRef").field("len", &self.0.own.len()).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// All copies of a resident keyed block, as of the snapshot's epoch.
    ///
    /// # Panics
    /// If the block was not registered with the builder; the message says which line to add.
    #[must_use]
    pub fn keyed<T: ResidentBlock>(&self) -> KeyedRef<'_, T> {
        match self.standing(T::slot().known()) {
            Some(copies) => KeyedRef(copies),
            None => super::missing::unregistered::<T>(),
        }
    }
}

/// All copies of a resident block, walked one after the other, as they were when it began.
pub(super) fn walk<T>(copies: Arc<Copies<T>>) -> impl Iterator<Item = (Key, Arc<T>)> {
    let all: Vec<_> =
        copies.own.iter().map(|(key, copy)| (key.clone(), copy.value.clone())).collect();
    all.into_iter()
}

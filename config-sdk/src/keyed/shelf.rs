//! All copies of one keyed block, resident or bounded, whatever its type.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::bounded::Bounded;
use super::outbox::Outbox;
use super::refusals::Refusals;
use super::resident::{Edit, Resident};
use super::{KeyedOptions, Stats};
use crate::block::{Candidate, Columns, Faults, KeyedBlock};
use crate::cell::{Meta, Published, Ready, Standing};
use crate::key::{Key, Pattern};
use crate::schema::BlockSchema;
use crate::value::Value;

/// All copies of one keyed block.
pub(crate) struct Shelf<T> {
    pub(super) kept: Kept<T>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) options: KeyedOptions,
    refusals: Refusals,
    clamped: AtomicU64,
}

/// Where the copies are.
#[expect(clippy::large_enum_variant, reason = "one of each block, and a read goes through it")]
pub(super) enum Kept<T> {
    Resident(Arc<Resident<T>>),
    Bounded(Bounded<T>),
}

impl<T: KeyedBlock> Shelf<T> {
    /// Without any copy but what all keys share.
    pub(crate) fn new(
        options: KeyedOptions,
        shared: Arc<T>,
        meta: Meta,
        outbox: Arc<Outbox>,
    ) -> Self {
        let shared = Arc::new(Published::new(shared, meta));
        let kept = if T::schema().resident {
            Kept::Resident(Arc::new(Resident::new(shared)))
        } else {
            Kept::Bounded(Bounded::new(&options, shared))
        };
        Self { kept, outbox, options, refusals: Refusals::default(), clamped: AtomicU64::new(0) }
    }

    /// What a snapshot keeps of it.
    pub(crate) fn standing(&self) -> Option<Arc<dyn Standing>> {
        match &self.kept {
            Kept::Resident(resident) => Some(Arc::clone(resident) as Arc<dyn Standing>),
            Kept::Bounded(_) => None,
        }
    }
}

/// What refreshing does with a keyed block, whatever its type.
pub(crate) trait AnyShelf: fmt::Debug + Send + Sync {
    fn schema(&self) -> &'static BlockSchema;

    fn options(&self) -> &KeyedOptions;

    /// Columns to candidate to valid value.
    ///
    /// # Errors
    /// Everything that is wrong.
    fn judge(&self, columns: &Columns) -> Result<Ready, Faults>;

    /// The rows that are turned away.
    fn refusals(&self) -> &Refusals;

    /// How many values were brought into their range.
    fn clamped(&self) -> &AtomicU64;

    /// How many copies are in memory.
    fn len(&self) -> usize;

    /// Of a resident block the fields of a copy, and its version; `None` for that of the shared row.
    fn values(&self, key: Option<&Key>) -> (Vec<Value>, u64);

    /// Of a resident block the keys that have a row.
    fn keys(&self) -> Vec<Key>;

    /// Exchanges copies of a resident block.
    fn edit(&self, edit: Edit);

    /// What a bounded block does besides.
    fn bounded(&self) -> Option<&dyn AnyBounded>;
}

/// What refreshing does with a bounded keyed block, whatever its type.
pub(crate) trait AnyBounded: Send + Sync {
    /// Waits until a key is wanted. Cancel safe.
    fn wanted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Takes up to `most` keys that are to be loaded now.
    fn take(&self, most: usize) -> Vec<Key>;

    /// Whether an answer as of `epoch` is what is wanted of `key`; if not, it is wanted again.
    fn accepts(&self, key: &Key, epoch: u64) -> bool;

    /// Keeps a copy that takes `heap` bytes besides itself.
    fn land(&self, key: &Key, ready: Ready, meta: Meta, heap: usize);

    /// `key` has no row of its own, as of `epoch`.
    fn land_shared(&self, key: &Key, epoch: u64);

    /// The row of `key` was turned away.
    fn keep(&self, key: &Key);

    /// What keys without a row of their own have from now on.
    fn set_shared(&self, ready: Ready, meta: Meta);

    /// These keys changed, up to `epoch`.
    fn drop_keys(&self, keys: &mut dyn Iterator<Item = &Key>, epoch: u64);

    /// Somebody asked for these to be read again; how many there were.
    fn drop_matching(&self, pattern: &Pattern) -> usize;

    /// Any key may have changed.
    fn drop_all(&self);

    /// A part of the lifetime is over; copies live for so many parts.
    fn grow_older(&self, soft: u32, hard: u32);

    /// Nothing can be loaded now.
    fn fail(&self, reason: &Arc<str>);

    /// Loading works again.
    fn is_back(&self);

    /// Nothing will be loaded any more.
    fn close(&self, reason: &Arc<str>);

    /// Whether there is room for another copy without another having to leave.
    fn has_room(&self) -> bool;

    fn stats(&self) -> Stats;
}

impl<T: KeyedBlock> AnyShelf for Shelf<T> {
    fn schema(&self) -> &'static BlockSchema {
        T::schema()
    }

    fn options(&self) -> &KeyedOptions {
        &self.options
    }

    fn judge(&self, columns: &Columns) -> Result<Ready, Faults> {
        Candidate::<T>::decode(columns)?.validate().map(Ready::of)
    }

    fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    fn clamped(&self) -> &AtomicU64 {
        &self.clamped
    }

    fn len(&self) -> usize {
        match &self.kept {
            Kept::Resident(resident) => resident.len(),
            Kept::Bounded(bounded) => bounded.table.len(),
        }
    }

    fn values(&self, key: Option<&Key>) -> (Vec<Value>, u64) {
        match &self.kept {
            Kept::Resident(resident) => {
                let copy = resident.published(key);
                (copy.value.encode(), copy.meta.version)
            }
            Kept::Bounded(_) => (Vec::new(), 0),
        }
    }

    fn keys(&self) -> Vec<Key> {
        match &self.kept {
            Kept::Resident(resident) => resident.keys(),
            Kept::Bounded(_) => Vec::new(),
        }
    }

    fn edit(&self, edit: Edit) {
        if let Kept::Resident(resident) = &self.kept {
            resident.edit(edit);
        }
    }

    fn bounded(&self) -> Option<&dyn AnyBounded> {
        match &self.kept {
            Kept::Resident(_) => None,
            Kept::Bounded(bounded) => Some(bounded),
        }
    }
}

impl<T: KeyedBlock> AnyBounded for Bounded<T> {
    fn wanted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.flight.wanted())
    }

    fn take(&self, most: usize) -> Vec<Key> {
        self.flight.take(most)
    }

    fn accepts(&self, key: &Key, epoch: u64) -> bool {
        self.flight.accepts(key, epoch)
    }

    fn land(&self, key: &Key, ready: Ready, meta: Meta, heap: usize) {
        if let Some(copy) = Published::of(ready, meta) {
            self.land(key, copy, heap, true);
        }
    }

    fn land_shared(&self, key: &Key, epoch: u64) {
        self.land_shared(key, epoch);
    }

    fn keep(&self, key: &Key) {
        self.keep(key);
    }

    fn set_shared(&self, ready: Ready, meta: Meta) {
        if let Some(shared) = Published::of(ready, meta) {
            self.set_shared(shared);
        }
    }

    fn drop_keys(&self, keys: &mut dyn Iterator<Item = &Key>, epoch: u64) {
        self.drop_keys(keys, Some(epoch));
    }

    fn drop_matching(&self, pattern: &Pattern) -> usize {
        self.drop_where(|key| pattern.matches(key))
    }

    fn drop_all(&self) {
        self.drop_all();
    }

    fn grow_older(&self, soft: u32, hard: u32) {
        self.grow_older(soft, hard);
    }

    fn fail(&self, reason: &Arc<str>) {
        self.fail(reason);
    }

    fn is_back(&self) {
        self.is_back();
    }

    fn close(&self, reason: &Arc<str>) {
        self.flight.close(reason);
    }

    fn has_room(&self) -> bool {
        self.table.has_room()
    }

    fn stats(&self) -> Stats {
        self.stats()
    }
}

impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("clamped", &self.clamped.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}

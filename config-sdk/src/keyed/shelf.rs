//! All copies of one keyed block, resident or bounded, whatever its type.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::bounded::Bounded;
use super::outbox::Outbox;
use super::refusals::Refusals;
use super::resident::{Edit, Resident};
use super::{AnyBounded, KeyedOptions};
use crate::block::{BlockType, Columns, Faults, KeyedBlock};
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
    pub(crate) fn new(options: KeyedOptions, shared: Published<T>, outbox: Arc<Outbox>) -> Self {
        let shared = Arc::new(shared);
        let kept = if T::schema().resident {
            Kept::Resident(Arc::new(Resident::new(shared)))
        } else {
            Kept::Bounded(Bounded::new(&options, shared))
        };
        Self { kept, outbox, options, refusals: Refusals::default(), clamped: AtomicU64::new(0) }
    }

    /// Keeps a copy for good; of no key, what all keys without one share. Nothing is ever loaded.
    pub(crate) fn fix(&self, key: Option<&Key>, value: Ready, meta: Meta) {
        let Some(copy) = Published::of(value, meta) else {
            return;
        };
        match (&self.kept, key) {
            (Kept::Resident(resident), key) => resident.put(key, copy),
            (Kept::Bounded(bounded), Some(key)) => _ = bounded.land(key, 0, copy, 0),
            (Kept::Bounded(bounded), None) => bounded.set_shared(copy),
        }
        if let Kept::Bounded(bounded) = &self.kept {
            bounded.flight.close(&Arc::from("a fixed configuration loads nothing"));
        }
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

    fn block_type(&self) -> BlockType;

    /// The rows that are turned away.
    fn refusals(&self) -> &Refusals;

    /// How many values were brought into their range.
    fn clamped(&self) -> &AtomicU64;

    /// How many copies are in memory.
    fn len(&self) -> usize;

    /// Of a resident block the fields of a copy, and its version; `None` for that of the shared row.
    fn values(&self, key: Option<&Key>) -> (Vec<Value>, u64);

    /// Whether a resident block has a row for this key.
    fn has(&self, key: &Key) -> bool;

    /// Of a resident block the keys that have a row.
    fn keys(&self) -> Vec<Key>;

    /// Exchanges copies of a resident block.
    fn edit(&self, edit: Edit);

    /// Whether this configuration asked for it by itself, and has dropped what matches already.
    fn is_own(&self, pattern: &Pattern) -> bool;

    /// What a bounded block does besides.
    fn bounded(&self) -> Option<&dyn AnyBounded>;
}

impl dyn AnyShelf + '_ {
    /// Columns to candidate to valid value.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn judge(&self, columns: &Columns) -> Result<Ready, Faults> {
        Ready::judge(self.block_type(), columns)
    }
}

impl<T: KeyedBlock> AnyShelf for Shelf<T> {
    fn schema(&self) -> &'static BlockSchema {
        T::schema()
    }

    fn options(&self) -> &KeyedOptions {
        &self.options
    }

    fn block_type(&self) -> BlockType {
        BlockType::of::<T>()
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

    fn has(&self, key: &Key) -> bool {
        match &self.kept {
            Kept::Resident(resident) => resident.load::<()>(key).is_own(),
            Kept::Bounded(_) => false,
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

    fn is_own(&self, pattern: &Pattern) -> bool {
        self.outbox.is_own(pattern)
    }

    fn bounded(&self) -> Option<&dyn AnyBounded> {
        match &self.kept {
            Kept::Resident(_) => None,
            Kept::Bounded(bounded) => Some(bounded),
        }
    }
}

impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("clamped", &self.clamped.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}

//! Where readers look for a block's cell: in the slot of its type's number.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Cell;
use super::missing::unregistered;
use crate::block::ConfigBlock;

/// Configurations are told apart by number, so that a thread cannot take one's copy for another's.
static CONFIGS: AtomicU64 = AtomicU64::new(0);

/// The cells of one `Config`, each in the slot of its block type's number. All clones are one; each
/// `Config` has one of its own, so that the way from it to a cell is short.
#[derive(Clone)]
pub(crate) struct Slots {
    config: u64,
    cells: Arc<[AnyCell]>,
}

/// The `Arc` of a `Cell` of some type, or nothing that anybody looks for.
pub(super) type AnyCell = Box<dyn Any + Send + Sync>;

impl Slots {
    /// Of cells and their slots, which are all different.
    pub(super) fn new(cells: impl IntoIterator<Item = (usize, AnyCell)>) -> Self {
        let mut slots = Vec::new();
        for (slot, cell) in cells {
            let size = slots.len().max(slot + 1);
            slots.resize_with(size, || Box::new(()) as AnyCell);
            slots[slot] = cell;
        }
        Self { config: CONFIGS.fetch_add(1, Ordering::Relaxed), cells: slots.into() }
    }

    /// The number of the configuration.
    #[inline]
    pub(super) fn config(&self) -> u64 {
        self.config
    }

    #[inline]
    pub(crate) fn find<T: ConfigBlock>(&self) -> Option<&Arc<Cell<T>>> {
        self.cells.get(T::slot().known())?.downcast_ref()
    }

    /// # Panics
    /// If the block was not registered.
    #[inline]
    pub(crate) fn cell<T: ConfigBlock>(&self) -> &Arc<Cell<T>> {
        match self.find() {
            Some(cell) => cell,
            None => unregistered::<T>(),
        }
    }
}

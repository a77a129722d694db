//! All keyed blocks of one `Config`: found by type in constant time, and one after the other.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::missing::unregistered;
use super::{AnyShelf, Keyed, KeyedOptions, Outbox, Shelf};
use crate::block::KeyedBlock;
use crate::cell::{Meta, Published, Ready, Standing};

/// The keyed blocks of one `Config`, each type in the slot of its number.
#[derive(Default)]
pub(crate) struct Shelves {
    slots: Vec<Option<Arc<dyn Any + Send + Sync>>>,
    all: Vec<Arc<dyn AnyShelf>>,
    standing: Vec<Arc<dyn Standing>>,
}

impl Shelves {
    /// Adds a block with what all its keys share at first; a value of another block's type is left alone.
    pub(crate) fn add<T: KeyedBlock>(
        &mut self,
        options: KeyedOptions,
        shared: Ready,
        meta: Meta,
        outbox: Arc<Outbox>,
    ) {
        let Some(shared) = Published::<T>::of(shared, meta) else {
            return;
        };
        let shelf = Arc::new(Shelf::new(options, shared, outbox));
        let slot = T::slot().index();
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, None);
        }
        self.slots[slot] = Some(Arc::clone(&shelf) as Arc<dyn Any + Send + Sync>);
        self.standing.extend(shelf.standing());
        self.all.push(shelf);
    }

    /// The way to a block's copies, which keeps `alive` what keeps them up to date.
    pub(crate) fn keyed<T: KeyedBlock>(&self, alive: Arc<dyn Any + Send + Sync>) -> Keyed<T> {
        match self.find() {
            Some(shelf) => Keyed::new(shelf, alive),
            None => unregistered::<T>(),
        }
    }

    pub(crate) fn find<T: KeyedBlock>(&self) -> Option<Arc<Shelf<T>>> {
        let shelf = self.slots.get(T::slot().known())?.as_ref()?;
        Arc::clone(shelf).downcast().ok()
    }

    /// All of them, in the order they were registered.
    pub(crate) fn all(&self) -> &[Arc<dyn AnyShelf>] {
        &self.all
    }

    /// What every snapshot keeps of them.
    pub(crate) fn standing(&self) -> Vec<Arc<dyn Standing>> {
        self.standing.clone()
    }
}

impl fmt::Debug for Shelves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.all).finish()
    }
}

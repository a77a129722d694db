//! Several blocks as of one epoch.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::missing::unregistered;
use super::{Meta, Published};
use crate::block::ConfigBlock;

/// Every block's value as of one epoch, by slot.
pub(super) struct Moment {
    pub(super) epoch: u64,
    pub(super) blocks: Vec<Option<Arc<dyn Any + Send + Sync>>>,
}

/// Several blocks as of one epoch: never one from before a change and another from after it.
///
/// A block whose row was turned away, or could not be read, is there with its last good value, which
/// may be older than the others: [`BlockRef::meta`] tells its version.
///
/// Costs one atomic load; it does not change while it is held.
pub struct Snapshot(pub(super) arc_swap::Guard<Arc<Moment>>);

impl Snapshot {
    /// The store's epoch that all blocks are as of; 0 before the first read.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.0.epoch
    }

    /// The block's value.
    ///
    /// # Panics
    /// If the block was not registered with the builder; the message says which line to add.
    #[must_use]
    pub fn get<T: ConfigBlock>(&self) -> BlockRef<'_, T> {
        match self.try_get() {
            Some(block) => block,
            None => unregistered::<T>(),
        }
    }

    /// The block's value, or `None` if it was not registered.
    #[must_use]
    pub fn try_get<T: ConfigBlock>(&self) -> Option<BlockRef<'_, T>> {
        self.standing(T::slot().known()).map(BlockRef)
    }

    /// What stands in a slot, if it is of that type.
    pub(crate) fn standing<S: Send + Sync + 'static>(&self, slot: usize) -> Option<&S> {
        self.0.blocks.get(slot)?.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("epoch", &self.epoch()).finish_non_exhaustive()
    }
}

/// A block inside a [`Snapshot`].
pub struct BlockRef<'a, T>(&'a Published<T>);

impl<'a, T> BlockRef<'a, T> {
    pub(crate) fn new(published: &'a Published<T>) -> Self {
        Self(published)
    }

    /// What is known of the value.
    #[must_use]
    pub fn meta(self) -> &'a Meta {
        &self.0.meta
    }

    /// The value to keep: one reference count.
    #[must_use]
    pub fn to_arc(self) -> Arc<T> {
        Arc::clone(&self.0.value)
    }
}

impl<T> Clone for BlockRef<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for BlockRef<'_, T> {}

impl<T> Deref for BlockRef<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: fmt::Debug> fmt::Debug for BlockRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

//! A reader that is kept for a hot loop.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use arc_swap::cache::Cache;

use super::{Cell, Meta, Published};

/// A reader of one block that keeps the value it saw last: while nothing changes, a read is one
/// relaxed load and a comparison.
///
/// It holds on to that value until it reads again, and to its block's cell for as long as it lives.
pub struct Handle<T>(Cache<Current<T>, Arc<Published<T>>>);

/// The part of a cell that the cache looks at.
struct Current<T>(Arc<Cell<T>>);

impl<T> Clone for Current<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Current<T> {
    type Target = ArcSwap<Published<T>>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        self.0.current()
    }
}

impl<T> Handle<T> {
    pub(crate) fn new(cell: Arc<Cell<T>>) -> Self {
        Self(Cache::new(Current(cell)))
    }

    /// The current value.
    #[inline]
    pub fn load(&mut self) -> &T {
        &self.0.load().value
    }

    /// What is known of the current value.
    pub fn meta(&mut self) -> &Meta {
        &self.0.load().meta
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

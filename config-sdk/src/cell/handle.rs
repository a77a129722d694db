//! A reader that is kept for a hot loop.

use std::fmt;
use std::sync::Arc;

use super::{Cell, Meta, Published};

/// A reader of one block that keeps the value it saw last: while nothing changes, a read is one
/// relaxed load and a comparison.
///
/// It holds on to that value until it reads again, and to its block's cell for as long as it lives.
pub struct Handle<T> {
    cell: Arc<Cell<T>>,
    /// That of `published`, here as well: a step nearer.
    value: Arc<T>,
    published: Arc<Published<T>>,
}

impl<T> Handle<T> {
    pub(crate) fn new(cell: Arc<Cell<T>>) -> Self {
        let published = cell.load_full();
        Self { value: Arc::clone(&published.value), cell, published }
    }

    /// The current value.
    #[inline]
    pub fn load(&mut self) -> &T {
        if !self.cell.is_current(&self.value) {
            self.renew();
        }
        &self.value
    }

    /// What is known of the current value. About the cost of one `ArcSwap::load`.
    pub fn meta(&mut self) -> &Meta {
        if !std::ptr::eq(self.cell.load().published(), &*self.published) {
            self.renew();
        }
        &self.published.meta
    }

    #[cold]
    #[inline(never)]
    fn renew(&mut self) {
        self.published = self.cell.load_full();
        self.value = Arc::clone(&self.published.value);
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self {
            cell: Arc::clone(&self.cell),
            value: Arc::clone(&self.value),
            published: Arc::clone(&self.published),
        }
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

//! A reader that is kept for a hot loop.

use std::sync::Arc;
use std::{fmt, mem, ptr};

use super::{Cell, Held, Meta};

/// A reader of one block that keeps the value it saw last: while nothing changes, a read is one
/// relaxed load and a comparison.
///
/// It holds on to that value until it reads again, and to its block's cell for as long as it lives.
pub struct Handle<T> {
    cell: Arc<Cell<T>>,
    held: Held<T>,
}

impl<T> Handle<T> {
    pub(crate) fn new(cell: Arc<Cell<T>>) -> Self {
        Self { held: newest(&cell), cell }
    }

    /// The current value.
    #[inline]
    pub fn load(&mut self) -> &T {
        if !self.cell.is_current(&self.held.value) {
            self.renew();
        }
        &self.held.value
    }

    /// What is known of the current value. About the cost of one `ArcSwap::load`.
    pub fn meta(&mut self) -> &Meta {
        if !ptr::eq(self.cell.load().published(), &*self.held.published) {
            self.renew();
        }
        &self.held.published.meta
    }

    /// Gives nobody the address of what is held, so that a loop may keep that in registers.
    #[inline]
    fn renew(&mut self) {
        discard(mem::replace(&mut self.held, newest(&self.cell)));
    }
}

#[cold]
#[inline(never)]
fn newest<T>(cell: &Cell<T>) -> Held<T> {
    Held::new(cell.load_full())
}

#[cold]
#[inline(never)]
fn discard<T>(former: Held<T>) {
    drop(former);
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self { cell: Arc::clone(&self.cell), held: self.held.clone() }
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

//! Each thread's own copy of what it read last, so that a read need not touch shared counters.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::{Cell, Handle};

thread_local! {
    /// By slot. A copy lives until the thread reads another configuration's block of that type, or
    /// ends.
    static SEEN: RefCell<Vec<Option<Seen>>> = const { RefCell::new(Vec::new()) };
}

/// A handle of this thread's own, and the cell it belongs to.
struct Seen {
    cell: u64,
    handle: Box<dyn Any>,
}

/// Runs `read` on the current value of `cell`, whose block has the number `slot`; `shared` is the same
/// cell, to keep.
///
/// A read inside a read, or while the thread is ending, goes to the cell.
#[inline]
pub(crate) fn with<T, R>(
    slot: usize,
    cell: &Cell<T>,
    shared: impl FnOnce() -> Arc<Cell<T>>,
    read: impl FnOnce(&T) -> R,
) -> R
where
    T: Send + Sync + 'static,
{
    let mut read = Some(read);
    let answer = SEEN.try_with(|seen| {
        let mut seen = seen.try_borrow_mut().ok()?;
        let hit = seen.get_mut(slot)?.as_mut().filter(|seen| seen.cell == cell.id())?;
        let handle = hit.handle.downcast_mut::<Handle<T>>()?;
        read.take().map(|read| read(handle.load()))
    });
    match (answer, read) {
        (Ok(Some(answer)), _) => answer,
        (_, Some(read)) => {
            remember(slot, shared());
            read(&cell.load())
        }
        (_, None) => unreachable!("a read that ran has answered"),
    }
}

#[cold]
fn remember<T: Send + Sync + 'static>(slot: usize, cell: Arc<Cell<T>>) {
    let fresh = Seen { cell: cell.id(), handle: Box::new(Handle::new(cell)) };
    let old = SEEN.try_with(|seen| {
        let mut seen = seen.try_borrow_mut().ok()?;
        if seen.len() <= slot {
            seen.resize_with(slot + 1, || None);
        }
        seen[slot].replace(fresh)
    });
    drop(old); // outside the borrow: a value's own Drop may read as well
}

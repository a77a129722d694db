//! Each thread's own copy of what it read last, so that a read need not touch shared memory.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::{Cell, Published};

thread_local! {
    /// By slot. A copy lives until the thread reads that block again, or ends.
    static SEEN: RefCell<Vec<Option<Seen>>> = const { RefCell::new(Vec::new()) };
}

struct Seen {
    cell: u64,
    generation: u64,
    published: Arc<dyn Any + Send + Sync>,
}

/// Runs `read` on the current value of `cell`, whose block has the number `slot`.
#[inline]
pub(crate) fn with<T, R>(slot: usize, cell: &Cell<T>, read: impl FnOnce(&T) -> R) -> R
where
    T: Send + Sync + 'static,
{
    let mut read = Some(read);
    let answer = SEEN.try_with(|seen| {
        let seen = seen.try_borrow().ok()?;
        let hit = seen.get(slot)?.as_ref()?;
        if hit.cell != cell.id() || hit.generation != cell.generation() {
            return None;
        }
        let published = hit.published.downcast_ref::<Published<T>>()?;
        read.take().map(|read| read(&published.value))
    });
    match (answer, read) {
        (Ok(Some(answer)), _) => answer,
        (_, Some(read)) => read(&renew(slot, cell).value),
        (_, None) => unreachable!("a read that ran has answered"),
    }
}

/// Loads the value and keeps it for the thread, unless the thread is ending or in the middle of
/// another read.
#[cold]
fn renew<T: Send + Sync + 'static>(slot: usize, cell: &Cell<T>) -> Arc<Published<T>> {
    // The generation first: a value exchanged in between is then newer than it claims to be, which
    // costs another load and never shows an old value.
    let generation = cell.generation();
    let published = cell.load_full();
    let fresh = Seen { cell: cell.id(), generation, published: published.clone() };
    let old = SEEN.try_with(|seen| {
        let mut seen = seen.try_borrow_mut().ok()?;
        if seen.len() <= slot {
            seen.resize_with(slot + 1, || None);
        }
        seen[slot].replace(fresh)
    });
    drop(old); // outside the borrow: a value's own Drop may read as well
    published
}

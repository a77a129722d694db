//! Each thread's own copy of what it read last, so that a read need not touch shared counters.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::{Handle, Slots};
use crate::block::ConfigBlock;

thread_local! {
    /// By slot. A copy lives until the thread reads another configuration's block of that type, or
    /// ends.
    static SEEN: RefCell<Vec<Option<Seen>>> = const { RefCell::new(Vec::new()) };
}

/// A handle of this thread's own, and the configuration that it reads from.
struct Seen {
    config: u64,
    handle: Box<dyn Any>,
}

/// Runs `read` on the current value of a block.
///
/// A read inside a read, or while the thread is ending, goes to the cell.
///
/// # Panics
/// If the block was not registered.
#[inline]
pub(crate) fn with<T: ConfigBlock, R>(slots: &Slots, read: impl FnOnce(&T) -> R) -> R {
    let mut read = Some(read);
    let answer = SEEN.try_with(|seen| {
        let mut seen = seen.try_borrow_mut().ok()?;
        let seen = seen.get_mut(T::slot().known())?.as_mut();
        let seen = seen.filter(|seen| seen.config == slots.config())?;
        let handle = seen.handle.downcast_mut::<Handle<T>>()?;
        read.take().map(|read| read(handle.load()))
    });
    match (answer, read) {
        (Ok(Some(answer)), _) => answer,
        (_, Some(read)) => {
            remember::<T>(slots);
            read(&slots.cell::<T>().load())
        }
        (_, None) => unreachable!("a read that ran has answered"),
    }
}

#[cold]
fn remember<T: ConfigBlock>(slots: &Slots) {
    let slot = T::slot().index();
    let old = SEEN.try_with(|seen| {
        let mut seen = seen.try_borrow_mut().ok()?;
        let handle = Box::new(Handle::new(Arc::clone(slots.cell::<T>())));
        let fresh = Seen { config: slots.config(), handle };
        if seen.len() <= slot {
            seen.resize_with(slot + 1, || None);
        }
        seen[slot].replace(fresh)
    });
    drop(old); // outside the borrow: a value's own Drop may read as well
}

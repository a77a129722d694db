//! The cell of one block: its current value, exchanged as a whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::{Guard, Meta};

/// A value and what is known of it, exchanged together.
///
/// In this order, so that what a read of a keyed block looks at is on one line of the processor's cache:
/// all before `meta`, and the key, which is first in it.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Published<T> {
    pub(crate) value: Arc<T>,
    /// Of a copy of a bounded keyed block: the mark of when it was loaded. Here and not beside the
    /// value, so that no reader takes one copy's stamp for another's.
    pub(crate) stamp: AtomicU32,
    /// Of a copy of a bounded keyed block: there is no row of this key.
    pub(crate) absent: bool,
    pub(crate) meta: Meta,
}

impl<T> Published<T> {
    pub(crate) fn new(value: Arc<T>, meta: Meta) -> Self {
        Self { value, stamp: AtomicU32::new(0), absent: false, meta }
    }
}

/// Where readers find the current value of a block.
///
/// One writer, the refresh task; any number of readers, who never wait.
pub(crate) struct Cell<T> {
    current: ArcSwap<Published<T>>,
    /// Where the current value lies, or the one that is about to be: for whoever holds a value and asks
    /// whether there is another. Whoever holds one keeps its address from being used again.
    address: AtomicUsize,
    signal: ChangeSignal,
}

/// Tells whoever waits for a change of a block, or that there will be none any more.
#[derive(Debug, Default)]
pub(crate) struct ChangeSignal(watch::Sender<Moves>);

/// What whoever waits for a change is told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moves {
    count: u64,
    /// Nothing will change any more.
    pub(crate) over: bool,
}

impl<T> Cell<T> {
    pub(crate) fn new(first: Published<T>) -> Self {
        let address = AtomicUsize::new(address(&first.value));
        Self { current: ArcSwap::from_pointee(first), address, signal: ChangeSignal::default() }
    }

    #[inline]
    pub(crate) fn load(&self) -> Guard<T> {
        Guard::new(self.current.load())
    }

    // The two that compile to the most, so that a type has one of each.
    #[inline(never)]
    pub(crate) fn load_full(&self) -> Arc<Published<T>> {
        self.current.load_full()
    }

    /// Whether a value that was read here is still the one to read, whatever else is known of it by now.
    ///
    /// Relaxed is enough: what is held was read whole, and who has seen another value, by `get` or by
    /// word of somebody who has, sees that one's address or a later one, which was written before it.
    #[inline]
    pub(crate) fn is_current(&self, value: &Arc<T>) -> bool {
        self.address.load(Ordering::Relaxed) == address(value)
    }

    /// Exchanges the value; whoever waits for a change is woken later, by [`ChangeSignal::wake`].
    ///
    /// The address first. Between the two, a holder of the former value finds just that value again, and
    /// looks again next time; the other way round, it would take it for current after `get` had shown
    /// the next. Two writers at once could leave the address of one with the value of the other.
    #[inline(never)]
    pub(crate) fn store(&self, next: Arc<Published<T>>) {
        self.address.store(address(&next.value), Ordering::Relaxed);
        self.current.store(next);
    }

    pub(crate) fn signal(&self) -> &ChangeSignal {
        &self.signal
    }
}

impl ChangeSignal {
    pub(crate) fn wake(&self) {
        self.0.send_modify(|moves| moves.count += 1);
    }

    /// Nothing will change any more.
    pub(crate) fn close(&self) {
        self.0.send_modify(|moves| moves.over = true);
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Moves> {
        self.0.subscribe()
    }
}

#[inline]
fn address<T>(value: &Arc<T>) -> usize {
    Arc::as_ptr(value).addr()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::thread;

    use super::*;
    use crate::cell::{Handle, Origin};

    #[test]
    fn a_handle_never_goes_backwards_and_comes_to_the_last_value() {
        const LAST: u64 = 100_000;
        let (cell, shown) = (cell(0), AtomicU64::new(0));
        thread::scope(|scope| {
            let readers = [(); 3].map(|()| {
                scope.spawn(|| {
                    let mut handle = Handle::new(Arc::clone(&cell));
                    while *handle.load() < LAST {
                        // What anybody was shown, by whichever way, nobody sees less than.
                        let before = shown.load(Ordering::Acquire).max(*cell.load());
                        let mut clone = handle.clone();
                        let now = *handle.load();
                        assert!(now >= before, "{now} after {before}");
                        assert!(*clone.load() >= now && *cell.load() >= now);
                        assert!(handle.meta().version >= now);
                        shown.fetch_max(now, Ordering::Release);
                    }
                })
            });
            let mut waiting = Handle::new(Arc::clone(&cell));
            for number in 1..=LAST {
                cell.store(published(number));
            }
            assert_eq!(*waiting.load(), LAST);
            readers.into_iter().for_each(|reader| reader.join().unwrap());
        });
    }

    #[test]
    fn a_handle_that_looks_amid_an_exchange_looks_again() {
        let (cell, next) = (cell(1), published(2));
        let mut handle = Handle::new(Arc::clone(&cell));
        cell.address.store(address(&next.value), Ordering::Relaxed);
        let mut newcomer = Handle::new(Arc::clone(&cell));
        assert_eq!([*handle.load(), *newcomer.load(), *cell.load()], [1, 1, 1]);
        cell.current.store(next);
        assert_eq!([*handle.load(), *newcomer.load(), *cell.load()], [2, 2, 2]);
    }

    #[test]
    fn a_handle_keeps_alive_only_what_it_saw_last() {
        let cell = cell(1);
        let mut handle = Handle::new(Arc::clone(&cell));
        let reads: [fn(&mut Handle<u64>) -> u64; 2] =
            [|handle| *handle.load(), |handle| handle.meta().version];
        for (number, read) in (2..).zip(reads) {
            let former = Arc::downgrade(&cell.load_full());
            let value = Arc::downgrade(&cell.load_full().value);
            cell.store(published(number));
            assert!(former.upgrade().is_some() && value.upgrade().is_some());
            assert_eq!(read(&mut handle), number);
            assert!(former.upgrade().is_none() && value.upgrade().is_none());
        }
    }

    #[test]
    fn a_handle_tells_what_became_known_of_a_value_that_stays() {
        let cell = cell(1);
        let mut handle = Handle::new(Arc::clone(&cell));
        let value = Arc::clone(&cell.load_full().value);
        cell.store(Arc::new(Published::new(value, meta(9))));
        assert_eq!((*handle.load(), handle.meta().version), (1, 9));
    }

    fn cell(number: u64) -> Arc<Cell<u64>> {
        Arc::new(Cell::new(Published::new(Arc::new(number), meta(number))))
    }

    fn published(number: u64) -> Arc<Published<u64>> {
        Arc::new(Published::new(Arc::new(number), meta(number)))
    }

    fn meta(version: u64) -> Meta {
        Meta { version, ..Meta::unstored("numbers", Origin::Store, Arc::new([])) }
    }
}

//! The cell of one block: its current value, exchanged as a whole.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

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
    moves: watch::Sender<Moves>,
}

/// What whoever waits for a change is told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moves {
    count: u64,
    /// Nothing will change any more.
    pub(crate) over: bool,
}

impl<T> Cell<T> {
    pub(crate) fn new(first: Published<T>) -> Self {
        Self { current: ArcSwap::from_pointee(first), moves: watch::Sender::default() }
    }

    #[inline]
    pub(crate) fn load(&self) -> Guard<T> {
        Guard::new(self.current.load())
    }

    pub(crate) fn load_full(&self) -> Arc<Published<T>> {
        self.current.load_full()
    }

    pub(crate) fn current(&self) -> &ArcSwap<Published<T>> {
        &self.current
    }

    /// Exchanges the value; whoever waits for a change is woken later, by [`Cell::wake`].
    pub(crate) fn store(&self, next: Arc<Published<T>>) {
        self.current.store(next);
    }

    pub(crate) fn wake(&self) {
        self.moves.send_modify(|moves| moves.count += 1);
    }

    /// Nothing will change any more.
    pub(crate) fn close(&self) {
        self.moves.send_modify(|moves| moves.over = true);
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Moves> {
        self.moves.subscribe()
    }
}

impl<T> std::fmt::Debug for Cell<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let meta = &self.current.load().meta;
        f.debug_struct("Cell").field("meta", meta).finish_non_exhaustive()
    }
}

//! A number for each block type, the same in every `Config` of the process.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many types have a number. Numbers start at 1: 0 is nobody's.
static NUMBERED: AtomicUsize = AtomicUsize::new(0);

/// A block type's place in every `Config`; one static of each derived type.
#[derive(Debug)]
pub struct Slot(AtomicUsize);

impl Slot {
    /// Not numbered yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only ever made in a static")]
    pub const fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// The type's index, for whoever puts something there.
    pub(crate) fn index(&self) -> usize {
        match self.known() {
            0 => self.number(),
            number => number,
        }
    }

    /// The type's index, for whoever looks for something there; 0, where nothing is, as long as it has
    /// none. One relaxed load.
    #[inline]
    pub(crate) fn known(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    #[cold]
    fn number(&self) -> usize {
        let fresh = NUMBERED.fetch_add(1, Ordering::Relaxed) + 1;
        match (self.0).compare_exchange(0, fresh, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => fresh,
            Err(earlier) => earlier,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Slot;

    #[test]
    fn a_slot_keeps_its_number_and_shares_it_with_no_other() {
        let (first, second) = (Slot::new(), Slot::new());
        assert_eq!(first.known(), 0);
        assert_eq!(first.index(), first.index());
        assert_ne!(first.index(), second.index());
        assert_eq!(first.known(), first.index());
    }
}

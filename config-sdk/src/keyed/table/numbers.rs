//! Small numbers for caches, used again when a cache ends, so that threads find their own part of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { given: 0, size: 0, free: Vec::new() });

struct Numbers {
    /// How many were taken in all.
    given: u64,
    /// No index is as large.
    size: usize,
    free: Vec<usize>,
}

/// A number that is given back when it is dropped.
#[derive(Debug)]
pub(super) struct Number {
    index: usize,
    once: u64,
}

impl Number {
    pub(super) fn take() -> Self {
        let mut numbers = lock();
        numbers.given += 1;
        let index = numbers.free.pop().unwrap_or_else(|| {
            numbers.size += 1;
            numbers.size - 1
        });
        Self { index, once: numbers.given }
    }

    /// Small, and no other has it at this time.
    #[inline]
    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// No other has it at any time.
    #[inline]
    pub(super) fn once(&self) -> u64 {
        self.once
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        lock().free.push(self.index);
    }
}

fn lock() -> MutexGuard<'static, Numbers> {
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}

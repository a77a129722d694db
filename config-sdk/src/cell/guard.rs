//! What `get` returns: a value that stays as it was while it is held.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::{Meta, Published};

/// A block's value as it was when it was read; it does not change while it is held.
///
/// Costs one atomic load to get and nothing to use. It may be sent to another thread and held
/// across an `.await`; to keep it for long, take [`Guard::into_arc`], because the first eight guards
/// of a thread are cheaper than the others.
pub struct Guard<T>(arc_swap::Guard<Arc<Published<T>>>);

impl<T> Guard<T> {
    #[inline]
    pub(crate) fn new(guard: arc_swap::Guard<Arc<Published<T>>>) -> Self {
        Self(guard)
    }

    /// Of a value that is held already.
    pub(crate) fn of(published: Arc<Published<T>>) -> Self {
        Self(arc_swap::Guard::from_inner(published))
    }

    /// The value and what is known of it.
    #[inline]
    pub(crate) fn published(&self) -> &Published<T> {
        &self.0
    }

    /// The value and what is known of it, to keep.
    pub(crate) fn into_published(self) -> Arc<Published<T>> {
        arc_swap::Guard::into_inner(self.0)
    }

    /// Where the value came from, its version and epoch.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.0.meta
    }

    /// The value to keep: one reference count.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        Arc::clone(&self.0.value)
    }
}

impl<T> Deref for Guard<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

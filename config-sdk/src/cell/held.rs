//! A value that is held for many reads.

use std::sync::Arc;

use super::Published;

/// A value, a step nearer to its readers than in what is published.
pub(crate) struct Held<T> {
    pub(crate) value: Arc<T>,
    pub(crate) published: Arc<Published<T>>,
}

impl<T> Held<T> {
    pub(crate) fn new(published: Arc<Published<T>>) -> Self {
        Self { value: Arc::clone(&published.value), published }
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), published: Arc::clone(&self.published) }
    }
}

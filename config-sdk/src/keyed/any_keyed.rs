//! The copies of a keyed block without its type, for an operator who names it.

use std::future::Future;
use std::pin::Pin;

use super::{Keyed, Warmed};
use crate::block::KeyedBlock;
use crate::key::Key;

type Boxed<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// What can be done with the copies of a keyed block, whatever its type; see [`Keyed`].
pub(crate) trait AnyKeyed: Send + Sync {
    /// Reads the copy of `key`.
    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, ()>;

    /// Loads the copies of these keys that are not in memory.
    fn warm(&self, keys: Vec<Key>) -> Boxed<'_, Warmed>;

    /// Loads every copy, as far as they fit.
    fn warm_all<'a>(&'a self, progress: &'a mut (dyn FnMut(&Warmed) + Send)) -> Boxed<'a, Warmed>;
}

impl<T: KeyedBlock> AnyKeyed for Keyed<T> {
    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, ()> {
        Box::pin(async move { drop(self.get(key).await) })
    }

    fn warm(&self, keys: Vec<Key>) -> Boxed<'_, Warmed> {
        Box::pin(async move { self.warm(&keys).await })
    }

    fn warm_all<'a>(&'a self, progress: &'a mut (dyn FnMut(&Warmed) + Send)) -> Boxed<'a, Warmed> {
        Box::pin(self.warm_all(progress))
    }
}

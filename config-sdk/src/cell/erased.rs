//! A cell without its block's type, for the refresh pass, which handles all of them alike.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{Cell, Meta, Published};
use crate::block::{Candidate, Clamped, Columns, ConfigBlock, Faults, Valid};
use crate::schema::BlockSchema;
use crate::value::Value;

/// A valid value that waits to be published; made by [`Erased::judge`] alone.
pub(crate) struct Ready {
    value: Arc<dyn Any + Send + Sync>,
    /// The fields' values, in the order of the schema.
    pub(crate) values: Vec<Value>,
    /// What was brought into range on the way.
    pub(crate) clamped: Vec<Clamped>,
}

impl Ready {
    /// Of a block that passed every rule.
    pub(crate) fn of<T: ConfigBlock>(valid: Valid<T>) -> Self {
        let (value, clamped) = valid.into_parts();
        Self { values: value.encode(), value: Arc::new(value), clamped }
    }
}

impl<T: ConfigBlock> Published<T> {
    /// A value that waited to be published; `None` if it is of another block's type.
    pub(crate) fn of(ready: Ready, meta: Meta) -> Option<Self> {
        ready.value.downcast().ok().map(|value| Self::new(value, meta))
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

/// What the refresh pass does with a block, whatever its type.
pub(crate) trait Erased: fmt::Debug + Send + Sync {
    fn schema(&self) -> &'static BlockSchema;

    fn slot(&self) -> usize;

    /// Columns to candidate to valid value.
    ///
    /// # Errors
    /// Everything that is wrong.
    fn judge(&self, columns: &Columns) -> Result<Ready, Faults>;

    /// The current value's fields, in the order of the schema.
    fn values(&self) -> Vec<Value>;

    /// The current value of the field at that place of the schema; `None` behind the last one.
    fn value(&self, place: usize) -> Option<Value>;

    fn meta(&self) -> Meta;

    /// What a snapshot keeps of the current value.
    fn published(&self) -> Arc<dyn Any + Send + Sync>;

    /// Exchanges the value. A value of another block's type is left alone.
    fn publish(&self, ready: Ready, meta: Meta);

    /// Exchanges what is known of the value and keeps the value.
    fn restamp(&self, meta: Meta);

    fn wake(&self);

    /// Nothing will change any more.
    fn close(&self);
}

impl<T: ConfigBlock> Erased for Cell<T> {
    fn schema(&self) -> &'static BlockSchema {
        T::schema()
    }

    fn slot(&self) -> usize {
        T::slot().index()
    }

    fn judge(&self, columns: &Columns) -> Result<Ready, Faults> {
        Candidate::<T>::decode(columns)?.validate().map(Ready::of)
    }

    fn values(&self) -> Vec<Value> {
        self.load().encode()
    }

    fn value(&self, place: usize) -> Option<Value> {
        self.load().encode_field(place)
    }

    fn meta(&self) -> Meta {
        self.load().meta().clone()
    }

    fn published(&self) -> Arc<dyn Any + Send + Sync> {
        self.load_full()
    }

    fn publish(&self, ready: Ready, meta: Meta) {
        if let Some(next) = Published::of(ready, meta) {
            self.store(Arc::new(next));
        }
    }

    fn restamp(&self, meta: Meta) {
        let value = Arc::clone(&self.load_full().value);
        self.store(Arc::new(Published::new(value, meta)));
    }

    fn wake(&self) {
        Cell::wake(self);
    }

    fn close(&self) {
        Cell::close(self);
    }
}

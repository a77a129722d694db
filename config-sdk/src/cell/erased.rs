//! A cell without its block's type, for the refresh pass, which handles all of them alike.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::cell::ChangeSignal;
use super::{Cell, Meta, Published};
use crate::block::{AnyBlock, BlockType, Candidate, Clamped, Columns, ConfigBlock, Faults, Valid};
use crate::schema::BlockSchema;
use crate::value::Value;

/// A valid value that waits to be published; only a [`Valid`] becomes one.
pub(crate) struct Ready {
    value: Arc<dyn AnyBlock>,
    /// The fields' values, in the order of the schema.
    pub(crate) values: Vec<Value>,
    /// What was brought into range on the way.
    pub(crate) clamped: Vec<Clamped>,
}

impl Ready {
    /// Columns to candidate to valid value.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn judge(block: BlockType, columns: &Columns) -> Result<Self, Faults> {
        Candidate::decode(block, columns)?.validate().map(Self::of)
    }

    /// Of a block that passed every rule.
    pub(crate) fn of(valid: Valid) -> Self {
        let (value, clamped) = valid.into_parts();
        Self { values: value.values(), value, clamped }
    }
}

impl<T: ConfigBlock> Published<T> {
    /// A value that waited to be published; `None` if it is of another block's type.
    pub(crate) fn of(ready: Ready, meta: Meta) -> Option<Self> {
        let value: Arc<dyn Any + Send + Sync> = ready.value;
        value.downcast().ok().map(|value| Self::new(value, meta))
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

/// What was published of a block, whatever its type.
pub(crate) trait AnyPublished: Any + Send + Sync {
    fn value(&self) -> &dyn AnyBlock;

    fn meta(&self) -> &Meta;
}

impl<T: ConfigBlock> AnyPublished for Published<T> {
    fn value(&self) -> &dyn AnyBlock {
        &*self.value
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }
}

/// What the refresh pass does with a block, whatever its type.
pub(crate) trait Erased: Send + Sync {
    fn schema(&self) -> &'static BlockSchema;

    fn slot(&self) -> usize;

    fn block_type(&self) -> BlockType;

    /// The current value and what is known of it.
    fn published(&self) -> Arc<dyn AnyPublished>;

    /// The current value of the field at that place of the schema; `None` behind the last one.
    fn value(&self, place: usize) -> Option<Value>;

    /// Exchanges the value. A value of another block's type is left alone.
    fn publish(&self, ready: Ready, meta: Meta);

    /// Exchanges what is known of the value and keeps the value.
    fn restamp(&self, meta: Meta);

    fn signal(&self) -> &ChangeSignal;
}

impl dyn Erased + '_ {
    /// Columns to candidate to valid value.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub(crate) fn judge(&self, columns: &Columns) -> Result<Ready, Faults> {
        Ready::judge(self.block_type(), columns)
    }

    /// The current value's fields, in the order of the schema.
    pub(crate) fn values(&self) -> Vec<Value> {
        self.published().value().values()
    }

    pub(crate) fn meta(&self) -> Meta {
        self.published().meta().clone()
    }
}

impl<T: ConfigBlock> Erased for Cell<T> {
    fn schema(&self) -> &'static BlockSchema {
        T::schema()
    }

    fn slot(&self) -> usize {
        T::slot().index()
    }

    fn block_type(&self) -> BlockType {
        BlockType::of::<T>()
    }

    fn published(&self) -> Arc<dyn AnyPublished> {
        self.load_full()
    }

    fn value(&self, place: usize) -> Option<Value> {
        self.load().encode_field(place)
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

    fn signal(&self) -> &ChangeSignal {
        Cell::signal(self)
    }
}

impl fmt::Debug for dyn Erased + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cell").field("meta", &self.meta()).finish_non_exhaustive()
    }
}

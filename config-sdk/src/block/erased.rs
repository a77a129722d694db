//! A block without its type, for the road from a record to its readers, which is the same for all.
//!
//! What is generic is compiled again for each block of a program: so little is, and that little is short.

use std::any::Any;
use std::sync::Arc;

use super::{ConfigBlock, Decoder, Faults};
use crate::schema::BlockSchema;
use crate::value::Value;

/// A block's value, whatever its type; see [`ConfigBlock`].
pub(crate) trait AnyBlock: Any + Send + Sync {
    fn schema(&self) -> &'static BlockSchema;

    /// The value of the field at that place of the schema; `None` behind the last one.
    fn field(&self, place: usize) -> Option<Value>;

    /// The rules over several fields.
    fn rules(&self) -> Result<(), Faults>;
}

impl<T: ConfigBlock> AnyBlock for T {
    fn schema(&self) -> &'static BlockSchema {
        T::schema()
    }

    fn field(&self, place: usize) -> Option<Value> {
        self.encode_field(place)
    }

    fn rules(&self) -> Result<(), Faults> {
        ConfigBlock::rules(self)
    }
}

impl dyn AnyBlock {
    /// The fields' values, in the order of the schema.
    pub(crate) fn values(&self) -> Vec<Value> {
        (0..self.schema().fields.len()).map_while(|place| self.field(place)).collect()
    }
}

/// A block's type, as far as making values of it goes.
#[derive(Clone, Copy)]
pub(crate) struct BlockType {
    schema: fn() -> &'static BlockSchema,
    decode: fn(&mut Decoder<'_>) -> Arc<dyn AnyBlock>,
}

impl BlockType {
    pub(crate) fn of<T: ConfigBlock>() -> Self {
        Self { schema: T::schema, decode: |decoder| Arc::new(T::decode(decoder)) }
    }

    pub(crate) fn schema(&self) -> &'static BlockSchema {
        (self.schema)()
    }

    pub(super) fn decode(&self, decoder: &mut Decoder<'_>) -> Arc<dyn AnyBlock> {
        (self.decode)(decoder)
    }
}

impl std::fmt::Debug for BlockType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.schema().type_name)
    }
}

//! The contract of a block, and the road from a record to a value that readers may see.

mod candidate;
mod codec;
mod decode;
mod erased;
mod fault;
mod field;
mod rules;
mod secret;
mod slot;
#[cfg(feature = "validator")]
mod validator;

#[cfg(feature = "ops")]
pub(crate) use candidate::edited;
pub(crate) use candidate::{Candidate, Valid};
pub use codec::{Codec, Json, Nullable, Plain, Sealed, Text};
pub use decode::Decoder;
pub(crate) use decode::{Clamped, Columns};
pub(crate) use erased::{AnyBlock, BlockType};
pub(crate) use fault::too_large;
pub use fault::{Fault, Faults};
pub use field::{FieldType, Ordered};
pub use secret::Secret;
pub use slot::Slot;
#[cfg(feature = "validator")]
pub use validator::validate;

use crate::schema::BlockSchema;
use crate::value::Value;

/// A struct that is published as a whole: written by `#[derive(ConfigBlock)]`, not by hand.
///
/// The derive also writes `Default`, from the fields' compiled-in defaults. See the
/// [derive](derive@crate::ConfigBlock) for the attributes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a configuration block",
    note = "put `#[derive(ConfigBlock)]` on the struct"
)]
pub trait ConfigBlock: Default + Send + Sync + 'static {
    /// What the derive says of the block.
    fn schema() -> &'static BlockSchema;

    /// The type's place in every `Config`.
    #[doc(hidden)]
    fn slot() -> &'static Slot;

    /// Builds the block field by field; a column that is missing or `NULL` is the field's default.
    #[doc(hidden)]
    fn decode(decoder: &mut Decoder<'_>) -> Self;

    /// The value of the field at that place of the schema; `None` behind the last one.
    #[doc(hidden)]
    fn encode_field(&self, place: usize) -> Option<Value>;

    /// The fields' values, in the order of the schema.
    #[doc(hidden)]
    fn encode(&self) -> Vec<Value> {
        (self as &dyn AnyBlock).values()
    }

    /// The rules over several fields: `check` and `validate`.
    #[doc(hidden)]
    fn rules(&self) -> Result<(), Faults> {
        Ok(())
    }
}

/// A block with a copy for each key; written by the derive for `#[config(key(…))]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no key",
    note = "there is one copy of it: read it with `config.get::<{Self}>()`, or add `key(…)` to `#[config(…)]`"
)]
pub trait KeyedBlock: ConfigBlock {
    /// The types of the key's parts, as a tuple.
    type Key: 'static;
}

/// A keyed block of which every copy is kept in memory; written by the derive for
/// `#[config(key(…), resident)]`.
#[diagnostic::on_unimplemented(
    message = "not every copy of `{Self}` is in memory",
    note = "read it with `get(…).await`, or add `resident` to `#[config(…)]`"
)]
pub trait ResidentBlock: KeyedBlock {}

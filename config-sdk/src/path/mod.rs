//! What a path names: `block`, `block.field`, `block.field.part`, and with a key `block[key].field`.

#[cfg(feature = "ops")]
mod target;

#[cfg(feature = "ops")]
pub(crate) use target::Target;
#[cfg(feature = "cli")]
pub(crate) use target::pattern;

use crate::names;
use crate::schema::{BlockSchema, FieldSchema};

/// Why a path could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is no such block.
    #[error("no block is named `{name}`{suggestion}; there are: {known}")]
    UnknownBlock {
        /// The name asked for.
        name: String,
        /// The nearest name, as a question.
        suggestion: String,
        /// All names.
        known: String,
    },
    /// The block has no such field.
    #[error("block `{block}` has no field `{field}`{suggestion}; it has: {known}")]
    UnknownField {
        /// The block.
        block: &'static str,
        /// The name asked for.
        field: String,
        /// The nearest name, as a question.
        suggestion: String,
        /// All names.
        known: String,
    },
    /// The path goes on behind a field where there is nothing.
    #[error("`{path}` has no part `{part}`")]
    NoSuchPart {
        /// The path that exists.
        path: String,
        /// What it does not have.
        part: String,
    },
    /// The path names a block and no field.
    #[error(
        "`{0}` names a block; name a field as well, as in `{0}.field`, or ask for the whole block"
    )]
    NoField(String),
    /// The value is not of the type asked for.
    #[error("`{path}` cannot be read as {type_name}: {problem}")]
    Mismatch {
        /// The path.
        path: String,
        /// The type asked for.
        type_name: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The key in the path is none of its block's.
    #[error("`{path}`: {problem}")]
    Key {
        /// The path.
        path: String,
        /// What is wrong, and what to write.
        problem: String,
    },
}

/// That there is no block of that name, but others.
pub(crate) fn unknown_block<'a>(
    name: &str,
    known: impl Iterator<Item = &'a BlockSchema>,
) -> ReadError {
    let known: Vec<_> = known.map(|block| block.name).collect();
    ReadError::UnknownBlock {
        suggestion: names::suggestion(name, known.iter().copied()),
        known: known.join(", "),
        name: name.to_owned(),
    }
}

/// The place of the field of that name in its block.
pub(crate) fn field(
    block: &'static BlockSchema,
    name: &str,
) -> Result<(usize, &'static FieldSchema), ReadError> {
    let mut fields = block.fields.iter().enumerate();
    fields
        .find(|(_, field)| field.name == name)
        .ok_or_else(|| unknown_field(block, name, block.fields.iter().map(|field| field.name)))
}

/// That the block has no field of that name, but others.
pub(crate) fn unknown_field(
    block: &'static BlockSchema,
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> ReadError {
    let known: Vec<_> = known.collect();
    ReadError::UnknownField {
        block: block.name,
        field: name.to_owned(),
        suggestion: names::suggestion(name, known.iter().copied()),
        known: known.join(", "),
    }
}

//! What can be wrong with a file, and what to do about it.

use super::{Format, MAX_FILE};
use crate::key::KeyError;
use crate::path::ReadError;
use crate::source::Place;

/// One thing wrong with a file. Never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("line {line}: {}{wrong}", place(path))]
pub struct Mistake {
    /// The line, counted from one.
    pub line: usize,
    /// Where in the document: `bytes[0].daily_amount`; empty for the file as a whole.
    pub path: String,
    /// What is wrong.
    pub wrong: Wrong,
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

/// What is wrong at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wrong {
    /// The file is too large.
    #[error("the file has {bytes} bytes, and at most {MAX_FILE} are read: split it into several")]
    TooLarge {
        /// How many bytes it has.
        bytes: usize,
    },
    /// Tables and lists are too many levels deep.
    #[error("tables and lists nest deeper than is read: take out levels")]
    TooDeep,
    /// The file is not of its format.
    #[error("this is not valid {format}: {problem}; correct it")]
    Syntax {
        /// The format.
        format: Format,
        /// What the parser found.
        problem: String,
    },
    /// A name stands twice where it may stand once.
    #[error("`{name}` is given twice: keep one of them")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// The file is no table of blocks.
    #[error("the file is no object of blocks: write `{{\"block\": {{\"field\": …}}}}`")]
    NoBlocks,
    /// A name leads nowhere.
    #[error(transparent)]
    Name(#[from] ReadError),
    /// A field is named by its column.
    #[error("`{column}` is the column of the field `{field}`: write `{field}`")]
    Column {
        /// The column.
        column: &'static str,
        /// The field.
        field: &'static str,
    },
    /// The name is that of a former column.
    #[error("`{name}` is retired, and nobody reads it any more: take it out")]
    Retired {
        /// The name.
        name: &'static str,
    },
    /// A secret stands in a file.
    #[error(
        "`{field}` is a secret, which no file may hold: take it out, and set it by standard input or \
         an environment variable"
    )]
    Secret {
        /// The field.
        field: &'static str,
    },
    /// A keyed block is given without a list of rows.
    #[error("block `{block}` has a key, and a row for each: write {example}")]
    NeedsRows {
        /// The block.
        block: &'static str,
        /// How rows are written.
        example: String,
    },
    /// A block without a key is given as a list of rows.
    #[error("block `{block}` has no key, and so only one row: write {example}")]
    NeedsOneRow {
        /// The block.
        block: &'static str,
        /// How its row is written.
        example: String,
    },
    /// Some of a key's parts are missing.
    #[error(
        "the key of block `{block}` is not whole without {missing}: give every part of it, or none for \
         the row that the others inherit from"
    )]
    PartOfKey {
        /// The block.
        block: &'static str,
        /// The key columns without a value.
        missing: String,
    },
    /// A part of a key is of another type.
    #[error("the key column `{column}` holds {wanted}: write one")]
    KeyColumn {
        /// The column.
        column: &'static str,
        /// What it holds.
        wanted: &'static str,
    },
    /// The parts make no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Two rows are of the same place.
    #[error("{place:?} is given twice, first in line {first}: keep one of them")]
    Twice {
        /// The place.
        place: Place,
        /// The line of the first.
        first: usize,
    },
    /// A table or list stands where there is one value.
    #[error("`{field}` holds one value, and no table or list: write the value alone")]
    NeedsValue {
        /// The field.
        field: &'static str,
    },
    /// A number that JSON does not have stands in a JSON field.
    #[error("`{field}` is kept as JSON, which has neither nan nor inf: write another number")]
    NotJson {
        /// The field.
        field: &'static str,
    },
    /// The text of `{ "$json" = "…" }` is not JSON.
    #[error("the text of `$json` is not valid JSON: {problem}; correct it")]
    Escape {
        /// What the parser found.
        problem: String,
    },
}

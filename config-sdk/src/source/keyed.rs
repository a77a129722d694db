//! What is asked and answered of keyed blocks.

use std::collections::BTreeSet;

use super::contract::MAX_RECORD;
use crate::key::{Key, Pattern};
use crate::record::Record;
use crate::schema::BlockSchema;

/// Which copies of a keyed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// These.
    Some(BTreeSet<Key>),
    /// All, as far as anybody knows: also when the row changed that they inherit from.
    All,
}

impl Keys {
    /// Whether `key` is one of them.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        match self {
            Self::Some(keys) => keys.contains(key),
            Self::All => true,
        }
    }
}

/// What changed of a keyed block.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Moved {
    /// Which copies changed.
    pub keys: Keys,
    /// Which copies somebody [asked to read again](super::Store::invalidate).
    pub again: Vec<Pattern>,
    /// Of a resident block their rows, or why they cannot be read; of another nothing.
    pub rows: Option<Result<Rows, String>>,
}

impl Moved {
    /// These changed, and their rows are not here.
    #[must_use]
    pub fn only(keys: Keys) -> Self {
        Self { keys, again: Vec::new(), rows: None }
    }

    /// These changed to these rows.
    #[must_use]
    pub fn with(keys: Keys, rows: Result<Rows, String>) -> Self {
        Self { keys, again: Vec::new(), rows: Some(rows) }
    }
}

/// Active rows of a keyed block. A copy that was asked for and is not here has no row of its own.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Rows {
    /// The row that all copies inherit from, field by field: all its key columns are null.
    pub shared: Option<Record>,
    /// The others, in the store's order of keys.
    pub own: Vec<(Key, Record)>,
    /// What is wrong with rows that nobody reads: a key that is null in part, empty or too long; two
    /// rows of one key.
    pub odd: Vec<String>,
}

/// Which rows of a keyed block are wanted.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Wanted<'a> {
    /// The block.
    pub block: &'static BlockSchema,
    /// Which of its rows.
    pub which: Which<'a>,
    /// How many bytes of text a record may hold; see [`Request::max_record`](super::Request).
    pub max_record: u64,
    /// Whether the store itself is to be asked, past any shared tier before it.
    pub fresh: bool,
}

/// Some rows of a keyed block. The shared row is wanted in any case.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// Those of these keys.
    Keys(&'a [Key]),
    /// The first so many that come after a key, in whatever order of keys the store has.
    Page {
        /// After this one; from the start, if `None`.
        after: Option<&'a Key>,
        /// How many at most.
        limit: usize,
    },
}

impl<'a> Wanted<'a> {
    /// Asks for rows of `block`.
    #[must_use]
    pub fn of(block: &'static BlockSchema, which: Which<'a>) -> Self {
        Self { block, which, max_record: MAX_RECORD, fresh: false }
    }
}

/// Rows of a keyed block as of an epoch.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Loaded {
    /// The epoch that the rows are as of.
    pub epoch: u64,
    /// The rows.
    pub rows: Rows,
}

impl Loaded {
    /// These rows as of `epoch`.
    #[must_use]
    pub fn at(epoch: u64, rows: Rows) -> Self {
        Self { epoch, rows }
    }
}

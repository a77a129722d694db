//! What a store tells operators: what rows were, what will be taken back, who is there.

use std::time::{Duration, SystemTime};

use crate::record::Record;

/// What the rows of a place are and were.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Past {
    /// The rows that are there, whatever their state.
    pub rows: Vec<(RowState, Record)>,
    /// What was done, the newest first. Changes that were pruned are not among it.
    pub log: Vec<Logged>,
}

impl Past {
    /// These rows, and what was done to them and to those before.
    #[must_use]
    pub fn new(rows: Vec<(RowState, Record)>, log: Vec<Logged>) -> Self {
        Self { rows, log }
    }
}

/// The life of a stored version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Saved, and read by nobody.
    Draft,
    /// What readers get.
    Active,
    /// What they got before.
    Archived,
}

/// One change of a row, as the store logged it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Logged {
    /// The epoch that it made.
    pub epoch: u64,
    /// What was done.
    pub what: Done,
    /// The version that it made; of a deletion the version that it ended. An adopted table has none.
    pub version: Option<u64>,
    /// The row before and its state, without what is secret.
    pub before: Option<(RowState, Record)>,
    /// Who did it: as they said, or else as the store knows them.
    pub who: String,
    /// How it came to the store: the role and program that were connected, as far as the store knows.
    pub via: Option<String>,
    /// When, by the store's clock.
    pub time: Option<SystemTime>,
    /// Why, if they said so.
    pub why: Option<String>,
    /// Secret columns that changed as well; the log never holds what is in them.
    pub hidden: Vec<String>,
}

impl Logged {
    /// A change without anything that need not be known.
    #[must_use]
    pub fn new(epoch: u64, what: Done, who: impl Into<String>) -> Self {
        Self {
            epoch,
            what,
            version: None,
            before: None,
            who: who.into(),
            via: None,
            time: None,
            why: None,
            hidden: Vec::new(),
        }
    }
}

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It was made.
    Insert,
    /// It was changed.
    Update,
    /// It was deleted.
    Delete,
}

/// A change that will be undone by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiring {
    /// Its number in the store.
    pub id: u64,
    /// How long until then, by the store's clock; zero if it is due.
    pub left: Duration,
    /// What was kept for that.
    pub note: String,
}

impl Expiring {
    /// Number `id`, to be undone after `left`, for which `note` was kept.
    #[must_use]
    pub fn new(id: u64, left: Duration, note: impl Into<String>) -> Self {
        Self { id, left, note: note.into() }
    }
}

/// What a process said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reported {
    /// What it said.
    pub note: String,
    /// How long ago, by the store's clock.
    pub age: Duration,
}

impl Reported {
    /// `note`, said so long ago.
    #[must_use]
    pub fn new(note: impl Into<String>, age: Duration) -> Self {
        Self { note: note.into(), age }
    }
}

/// A text that is a column's compiled-in default, or was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct DefaultText {
    /// The block.
    pub block: String,
    /// The column.
    pub column: String,
    /// What the column would hold.
    pub text: String,
}

impl DefaultText {
    /// `text`, in `column` of `block`.
    #[must_use]
    pub fn new(
        block: impl Into<String>,
        column: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self { block: block.into(), column: column.into(), text: text.into() }
    }
}

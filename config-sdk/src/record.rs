//! One stored row as a source yields it: untyped, every column as text.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

/// One stored row, untyped.
///
/// Every column arrives as text, the way the store would print it, so that a number keeps all its
/// digits on the way to its typed field. `None` is SQL `NULL`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Number of this stored copy; grows with each change of the block.
    pub version: u64,
    /// Who made this version, if the store knows.
    pub author: Option<String>,
    /// When this version was made, by the store's clock, if the store knows.
    pub time: Option<SystemTime>,
    /// Why this version was made, if its author said so.
    pub reason: Option<String>,
    /// Column name to its text; bookkeeping columns are not among them.
    pub columns: BTreeMap<String, Option<String>>,
    /// How many bytes of text the row holds, where that is more than is read: the columns are left
    /// out then.
    pub left_out: Option<u64>,
}

impl Record {
    /// A record of `version` without any column.
    #[must_use]
    pub fn new(version: u64) -> Self {
        Self { version, ..Self::default() }
    }

    /// The same record with `column` set to `text`.
    #[must_use]
    pub fn with(mut self, column: impl Into<String>, text: impl Into<String>) -> Self {
        self.columns.insert(column.into(), Some(text.into()));
        self
    }

    /// The same record, with what it leaves open filled in from `shared`, the row that it inherits
    /// from.
    pub(crate) fn inheriting(mut self, shared: Option<&Self>) -> Self {
        for (column, text) in shared.iter().flat_map(|shared| &shared.columns) {
            let own = self.columns.entry(column.clone()).or_default();
            if own.is_none() {
                own.clone_from(text);
            }
        }
        self
    }

    /// The same record if it holds at most `most` bytes of text; else what is known of it without
    /// that text.
    #[must_use]
    pub fn within(self, most: u64) -> Self {
        let texts = self.columns.values().flatten().chain(&self.author).chain(&self.reason);
        let size = texts.map(|text| text.len() as u64).sum();
        if size <= most {
            return self;
        }
        Self { left_out: Some(size), time: self.time, ..Self::new(self.version) }
    }
}

/// Shows which columns are set and never their contents: any of them may be a secret.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = |(name, text): (&String, &Option<String>)| text.is_some().then(|| name.clone());
        f.debug_struct("Record")
            .field("version", &self.version)
            .field("author", &self.author)
            .field("columns", &self.columns.iter().filter_map(set).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

//! What an operator asks a store to write, and what comes of it.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::SourceError;
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;

/// Where a row is: a block and, of a keyed block, the key. Without a key, the row of a keyed block is
/// the one that the others inherit from.
#[derive(Clone)]
pub struct Place {
    /// The block.
    pub block: &'static BlockSchema,
    /// The key.
    pub key: Option<Key>,
}

impl Place {
    /// Where the row is that this one inherits from, if there can be one.
    #[must_use]
    pub fn shared(&self) -> Option<Self> {
        self.key.as_ref().map(|_| Self { block: self.block, key: None })
    }
}

/// As a path that is read back: `trading`, `bytes[guild-1]`, `strategy[ETH/USDT,momentum]`. A part that
/// holds what stands around it is quoted as in JSON.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            None => f.write_str(self.block.name),
            Some(key) => {
                let is_plain = |part: &str| {
                    !part.contains(['"', ',', ']']) && !part.starts_with('(') && part.trim() == part
                };
                let parts = key.parts().map(|part| match is_plain(part) {
                    true => part.to_owned(),
                    false => serde_json::Value::from(part).to_string(),
                });
                write!(f, "{}[{}]", self.block.name, parts.collect::<Vec<_>>().join(","))
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.block.name == other.block.name && self.key == other.key
    }
}

impl Eq for Place {}

impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.block.name, &self.key).hash(state);
    }
}

/// What is to be written in one transaction.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Write {
    /// Who writes it; whoever the store knows them as, if not said.
    pub author: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The rows, no two of one place but drafts.
    pub entries: Vec<Entry>,
    /// After how long what is to be undone, and what has to be known for that: texts that the store
    /// keeps and does not read.
    pub expires: Vec<(Duration, String)>,
    /// The numbers of the [expiring changes](super::Expiring) that this undoes, or that hold no more. The
    /// store forgets them in the same transaction.
    pub undoes: Vec<u64>,
}

/// One row to be written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Where.
    pub place: Place,
    /// The active row that this was made from, as [`Writer::rows`](super::Writer::rows) yielded it: it has to be there
    /// still, in the same version; of an adopted table, which has no versions, with the same content
    /// in the columns of fields.
    pub from: Option<Record>,
    /// What to do.
    pub deed: Deed,
}

impl Entry {
    /// Does `deed` at `place`, if the active row is `from` still.
    #[must_use]
    pub fn new(place: Place, from: Option<Record>, deed: Deed) -> Self {
        Self { place, from, deed }
    }
}

/// What to do with a row.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Deed {
    /// Sets these columns of the active row, or makes an active row of them. What it is already moves
    /// no epoch.
    Set(Texts),
    /// Saves these columns as a draft, beside the active row.
    Save(Texts),
    /// Makes the draft of this version the active row, and archives the one that was.
    Activate(u64),
    /// Deletes the draft of this version; a conflict if there is none.
    Discard(u64),
    /// Nothing, but the active row has to be the one that another entry's judgement rested on.
    Hold,
}

/// Columns and their texts, `None` for `NULL`. Shows which columns there are, and never what is in
/// them: any may be a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts(pub BTreeMap<String, Option<String>>);

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What came of a write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The store's epoch with it; what a process that has read that epoch has seen.
    pub epoch: u64,
    /// The version of each entry's row now: of the draft for a draft, of the active row otherwise; 0
    /// where there is none.
    pub versions: Vec<u64>,
}

impl Written {
    /// Rows of these versions, at `epoch`.
    #[must_use]
    pub fn new(epoch: u64, versions: Vec<u64>) -> Self {
        Self { epoch, versions }
    }
}

/// Why nothing was written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// Somebody else was faster: the places of entries whose active row is another, with that row.
    Conflict(Vec<(Place, Option<Record>)>),
    /// What it was to undo has been undone by somebody else.
    Undone,
    /// The store refuses or cannot be reached.
    Store(SourceError),
}

impl From<SourceError> for WriteError {
    fn from(error: SourceError) -> Self {
        Self::Store(error)
    }
}

//! What an operator asks of a store: to write rows, and to tell what they were before.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::{Duration, SystemTime};

use super::{BoxFuture, SourceError};
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;

/// The part of a store that operators use: it writes rows, and tells what they were before.
///
/// Whether a row is valid is not its business: the library judges the whole row by the block's type
/// before it comes here. Its business is that rows are written all together or not at all, from
/// exactly what they were made from, and that nothing of the past is lost.
pub trait Writer: Send + Sync {
    /// Yields the active rows of these places, all as of one moment; `None` where there is none. A row
    /// is never left out for its size.
    ///
    /// # Errors
    /// If the store cannot be reached, or one of the tables cannot be read.
    fn rows<'a>(
        &'a self,
        places: &'a [Place],
    ) -> BoxFuture<'a, Result<Vec<Option<Record>>, SourceError>>;

    /// Writes all of it in one transaction, or nothing. The future may be dropped: then it has
    /// happened or not, and never by half.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] if an active row is not the one that an entry was made from,
    /// [`WriteError::Undone`] if what it undoes is undone already; and if the store refuses or cannot
    /// be reached.
    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Written, WriteError>>;

    /// Yields what the rows of a place were and are, the newest `limit` changes of them.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn past<'a>(
        &'a self,
        place: &'a Place,
        limit: usize,
    ) -> BoxFuture<'a, Result<Past, SourceError>>;

    /// Yields all drafts of these blocks, of a keyed block those of every key.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn drafts<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<(Place, Record)>, SourceError>>;

    /// Yields the changes that will be undone by themselves, the next one first.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn expiring(&self) -> BoxFuture<'_, Result<Vec<Expiring>, SourceError>>;

    /// Keeps what a process says of itself for `keep`, in place of what it said before, and forgets
    /// the processes whose time is over. It moves no epoch.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn report<'a>(
        &'a self,
        process: &'a str,
        note: &'a str,
        keep: Duration,
    ) -> BoxFuture<'a, Result<(), SourceError>>;

    /// Forgets what a process said of itself: it ends.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn leave<'a>(&'a self, process: &'a str) -> BoxFuture<'a, Result<(), SourceError>>;

    /// Yields what the processes say of themselves whose time is not over.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn processes(&self) -> BoxFuture<'_, Result<Vec<Reported>, SourceError>>;
}

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

/// `trading`, `bytes[guild-1]`, `strategy[("ETH/USDT", "momentum")]`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            None => f.write_str(self.block.name),
            Some(key) => write!(f, "{}[{key}]", self.block.name),
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
    /// After how long it is to be undone, and what has to be known for that: a text that the store
    /// keeps and does not read.
    pub expires: Option<(Duration, String)>,
    /// The number of the [expiring change](Expiring) that this undoes. The store forgets that in the
    /// same transaction.
    pub undoes: Option<u64>,
}

/// One row to be written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Where.
    pub place: Place,
    /// The active row that this was made from, as [`Writer::rows`] yielded it: it has to be there
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

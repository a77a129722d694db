//! Why a change was not made, and what to do about it.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use super::FieldChange;
use crate::block::Faults;
use crate::path::ReadError;
use crate::source::{Place, SourceError};
use crate::text::listed;
use crate::time::rfc3339;

/// Why a change was not made. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// It is put together wrongly; all of it is listed.
    #[error("the change is put together wrongly:{}", listed(.0))]
    Mistakes(Vec<ChangeMistake>),
    /// The rows that it would make break rules.
    #[error("nothing was changed, because readers would turn it away:{}", listed(.0))]
    Rejected(Faults),
    /// Somebody else changed the same rows meanwhile.
    #[error(
        "nothing was changed, because what it was made from has changed; look at it again, and \
         repeat the change if it still holds:{}", listed(.0)
    )]
    Conflict(Vec<Conflict>),
    /// Something that was changed for a time was taken back meanwhile.
    #[error(
        "nothing was changed, because a change for a time was taken back meanwhile; look at it again, \
         and repeat the change if it still holds"
    )]
    Overtaken,
    /// The store refuses or cannot be reached.
    #[error(transparent)]
    Store(#[from] SourceError),
}

/// One thing wrong with how a change is put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeMistake {
    /// A path leads nowhere.
    #[error(transparent)]
    Path(#[from] ReadError),
    /// A type was not registered.
    #[error("`{0}` is not registered: add it to the builder")]
    NotRegistered(&'static str),
    /// The key is none.
    #[error("{0}")]
    Key(String),
    /// There is nothing to change.
    #[error("it changes nothing: set or unset at least one field")]
    Empty,
    /// A part of a field cannot be set.
    #[error("`{path}`: {problem}")]
    Part {
        /// The path.
        path: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A secret was to be kept for undoing.
    #[error(
        "`{0}` is a secret, and what a change for a time takes back is kept in the open: change it \
         for good, without `lasting`"
    )]
    LastingSecret(String),
    /// A draft was to be activated and edited at once.
    #[error("`{0}` is activated as it was saved: name it once, and edit it afterwards")]
    EditedDraft(String),
    /// An adopted table counts no versions.
    #[error("`{0}` is adopted and counts no versions: leave out which one is expected")]
    NoVersions(String),
    /// A change for a time cannot be a draft.
    #[error("a draft has no end: say how long it holds when it is activated")]
    LastingDraft,
    /// There is no such version.
    #[error("{place} has no version {version}{known}")]
    NoVersion {
        /// The row.
        place: String,
        /// The version asked for.
        version: u64,
        /// Those there are.
        known: String,
    },
    /// A file is none that can be read.
    #[error("{0}")]
    File(String),
}

impl From<ChangeMistake> for ChangeError {
    fn from(mistake: ChangeMistake) -> Self {
        Self::Mistakes(vec![mistake])
    }
}

/// A row that somebody else changed meanwhile.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Conflict {
    /// The row.
    pub place: String,
    /// The version that the change was made from; 0 for none.
    pub expected: u64,
    /// The draft that is older than what is there, if it was to be activated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<u64>,
    /// The version that is there; 0 for none.
    pub version: u64,
    /// Who made that.
    pub author: Option<String>,
    /// When.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub time: Option<SystemTime>,
    /// Why.
    pub reason: Option<String>,
    /// What changed from the one to the other.
    pub fields: Vec<FieldChange>,
    #[serde(skip)]
    pub(super) is_adopted: bool,
}

impl Conflict {
    pub(super) fn new(place: &Place, expected: u64, now: Option<&crate::record::Record>) -> Self {
        Self {
            place: place.to_string(),
            expected,
            draft: None,
            version: now.map_or(0, |now| now.version),
            author: now.and_then(|now| now.author.clone()),
            time: now.and_then(|now| now.time),
            reason: now.and_then(|now| now.reason.clone()),
            fields: Vec::new(),
            is_adopted: place.block.adopt,
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_adopted {
            write!(f, "{} is not what it was", self.place)?;
            return self.fields.iter().try_for_each(|field| write!(f, "\n{field}"));
        }
        let version = |version: u64| match version {
            0 => "no version".to_owned(),
            version => format!("version {version}"),
        };
        let Self { place, expected, draft, version: now, author, time, reason, fields, .. } = self;
        write!(f, "{place} is at {} now, ", version(*now))?;
        match draft {
            Some(draft) => write!(f, "which is newer than draft {draft}")?,
            None => write!(f, "and not at {}", version(*expected))?,
        }
        if let Some(author) = author {
            write!(f, ", by {author}")?;
        }
        if let Some(time) = time {
            write!(f, " at {}", rfc3339(*time))?;
        }
        if let Some(reason) = reason {
            write!(f, " ({reason})")?;
        }
        fields.iter().try_for_each(|field| write!(f, "\n{field}"))
    }
}

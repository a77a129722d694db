//! What a row was: every version with who, when, why, from where, and what it changed.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use super::Operator;
use super::versions::{Known, differ, known};
use crate::block::BlockType;
use crate::change::{ChangeError, ChangeMistake, FieldChange};
use crate::record::Record;
use crate::source::{Logged, Place, RowState};
use crate::time::rfc3339;

/// The versions of a row, the newest first. `Display` prints it for people.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct History {
    /// Where the row is.
    pub place: String,
    /// Its versions.
    pub versions: Vec<Version>,
}

/// One version of a row.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Version {
    /// Its number. An adopted table counts none; there it is the epoch that made it, and of what was
    /// there before the first change that is known, the epoch before that.
    pub version: u64,
    /// Whether readers get it, got it, or it is a draft.
    pub state: Option<RowState>,
    /// The epoch that made it, as far as the log goes back.
    pub epoch: Option<u64>,
    /// Who made it: as they said, or the database role.
    pub author: Option<String>,
    /// How it came to the store: the role and program that were connected.
    pub via: Option<String>,
    /// When, by the store's clock.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub time: Option<SystemTime>,
    /// Why, if its author said so.
    pub reason: Option<String>,
    /// What it changed, against the version that readers got before; none if either is not known any
    /// more.
    pub fields: Vec<FieldChange>,
    /// Secret fields that it changed; their values are not kept.
    pub secrets: Vec<String>,
    /// Who deleted the row at this version.
    pub deleted_by: Option<String>,
    /// When.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub deleted_at: Option<SystemTime>,
}

impl Operator {
    /// The newest `limit` changes of the row at `path` (`trading`, `bytes[guild-1]`), each as a
    /// version. Edits by SQL are among them, with the database role as the author.
    ///
    /// # Errors
    /// If there is no such row, or the store cannot be read.
    pub async fn history(&self, path: &str, limit: usize) -> Result<History, ChangeError> {
        let (block, place) = self.row(path)?;
        let past = self.desk.writer()?.past(&place, limit).await?;
        let shared = match &place.key {
            Some(_) => self.stack(&place).await?.shared,
            None => None,
        };
        let known = known(&block, &past);
        let mut versions = Vec::new();
        // What readers had before; unknown before the first version that is known.
        let mut before = Before::Unknown;
        for (number, version) in known {
            versions.push(told(&block, number, &version, &before, shared.as_ref()));
            if version.deleted.is_some() {
                before = Before::Row(Record::default());
            } else if !version.is_draft {
                before = version.record.map_or(Before::Unknown, Before::Row);
            }
        }
        versions.reverse();
        versions.truncate(limit);
        Ok(History { place: place.to_string(), versions })
    }

    /// What the row of `place` held at `version`.
    pub(super) async fn version(&self, place: &Place, version: u64) -> Result<Record, ChangeError> {
        if version == 0 {
            return Ok(Record::default());
        }
        let past = self.desk.writer()?.past(place, usize::MAX).await?;
        let mistake =
            |known: String| ChangeMistake::NoVersion { place: place.to_string(), version, known };
        let Some(block) = self.desk.named(place.block.name) else {
            return Err(ChangeMistake::NotRegistered(place.block.type_name).into());
        };
        let mut known = known(&block, &past);
        if let Some(record) = known.remove(&version).and_then(|version| version.record) {
            return Ok(record);
        }
        let numbers = known.iter().filter(|(_, version)| version.record.is_some());
        let numbers: Vec<_> =
            numbers.rev().map(|(number, _)| number.to_string()).take(20).collect();
        let known = match numbers.as_slice() {
            [] => "; nothing is known of its past".to_owned(),
            numbers => format!("; there are: {}", numbers.join(", ")),
        };
        Err(mistake(known).into())
    }
}

/// What readers had before a version.
enum Before {
    Unknown,
    Row(Record),
}

/// Of a key, what it inherits is as it is now.
fn told(
    block: &BlockType,
    number: u64,
    version: &Known<'_>,
    before: &Before,
    shared: Option<&Record>,
) -> Version {
    let made = version.made;
    let record = version.record.as_ref();
    // Whatever comes of no row, or of a draft that was the first, comes after nothing.
    let is_first = made.is_some_and(|made| {
        let former = made.before.as_ref();
        former.is_none_or(|(state, _)| *state == RowState::Draft)
    });
    let nothing = Record::default();
    let before = match before {
        Before::Row(record) => Some(record),
        Before::Unknown => is_first.then_some(&nothing),
    };
    let fields = match (before, record, made) {
        (Some(before), Some(record), Some(_)) => differ(block, Some(before), Some(record), shared),
        _ => Vec::new(),
    };
    let name = |column: &String| {
        let mut fields = block.schema().fields.iter();
        fields.find(|field| field.column == column).map_or(column.clone(), |f| f.name.to_owned())
    };
    let own = |text: fn(&Record) -> &Option<String>| record.and_then(|record| text(record).clone());
    let said = |text: fn(&Logged) -> Option<String>| made.and_then(text);
    Version {
        version: number,
        state: version.state,
        epoch: made.map(|made| made.epoch),
        author: own(|record| &record.author).or_else(|| said(|made| Some(made.who.clone()))),
        via: said(|made| made.via.clone()),
        time: record.and_then(|record| record.time).or_else(|| made.and_then(|made| made.time)),
        reason: own(|record| &record.reason).or_else(|| said(|made| made.why.clone())),
        fields,
        secrets: made.iter().flat_map(|made| made.hidden.iter().map(name)).collect(),
        deleted_by: version.deleted.map(|deleted| deleted.who.clone()),
        deleted_at: version.deleted.and_then(|deleted| deleted.time),
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        self.versions.iter().try_for_each(|version| write!(f, "\n{version}"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            Some(RowState::Active) => ", active",
            Some(RowState::Draft) => ", a draft",
            _ => "",
        };
        write!(f, "version {}{state}", self.version)?;
        if let Some(time) = self.time {
            write!(f, ", {}", rfc3339(time))?;
        }
        if let Some(author) = &self.author {
            write!(f, ", by {author}")?;
        }
        if let Some(via) = &self.via {
            write!(f, " ({via})")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        self.fields.iter().try_for_each(|field| write!(f, "\n  {field}"))?;
        self.secrets.iter().try_for_each(|field| write!(f, "\n  {field}: [redacted]"))?;
        if let Some(author) = &self.deleted_by {
            write!(f, "\n  deleted by {author}")?;
        }
        Ok(())
    }
}

//! A row as a change would make it, for people and programs to look at.

use std::fmt;

use serde::Serialize;

use super::diff::FieldChange;
use super::row::Row;

/// A row as a change would make it. `Display` prints it for people.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct PlannedRow {
    /// Where: `trading`, `bytes[guild-1]`.
    pub place: String,
    /// The version that it is made from; 0 if there is none yet, and of an adopted table, which counts
    /// none.
    pub version: u64,
    /// Whether it is the first row there.
    pub is_first: bool,
    /// What changes.
    pub fields: Vec<FieldChange>,
    /// What was asked for and is so already.
    pub unchanged: Vec<String>,
    /// What would have gone back by itself, and does not any more.
    pub kept: Vec<String>,
    /// Values out of range that were brought into it.
    pub clamped: Vec<String>,
    /// Columns of the version it goes back to that are no field's any more.
    pub gone: Vec<String>,
    /// Whether more keys inherit from it than were judged.
    pub unjudged: bool,
    #[serde(skip)]
    pub(super) row: Row,
}

impl PlannedRow {
    /// Whether others inherit what changes.
    pub(super) fn has_heirs(&self) -> bool {
        let place = &self.row.place;
        place.key.is_none() && place.block.is_keyed() && !self.fields.is_empty()
    }
}

/// Shows no text: any may be a secret.
impl fmt::Debug for PlannedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for PlannedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_first, self.version) {
            (true, _) => write!(f, "{} (its first row)", self.place)?,
            (false, 0) => f.write_str(&self.place)?,
            (false, version) => write!(f, "{} (version {version})", self.place)?,
        }
        self.fields.iter().try_for_each(|field| write!(f, "\n  {field}"))?;
        let mut say = |what: &str, names: &[String]| match names {
            [] => Ok(()),
            names => write!(f, "\n  {what}: {}", names.join(", ")),
        };
        say("brought into range", &self.clamped)?;
        say("stays for good", &self.kept)?;
        say("so already", &self.unchanged)?;
        say("no field any more", &self.gone)?;
        match self.unjudged {
            true => {
                f.write_str("\n  more keys inherit from it than were judged; `check` judges all")
            }
            false => Ok(()),
        }
    }
}

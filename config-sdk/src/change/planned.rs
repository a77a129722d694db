//! A row as a change would make it, for people and programs to look at.

use std::fmt;

use serde::Serialize;

use super::diff::{FieldChange, Layers, differences};
use super::row::Row;
use crate::block::{Faults, too_large};
use crate::record::Record;
use crate::schema::{FieldSchema, Kind};
use crate::source::{Deed, Entry, Texts};

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

impl Row {
    /// Judges the row as a whole, as readers with `max_record` would.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(super) fn finish(mut self, max_record: u64) -> Result<PlannedRow, Faults> {
        let own = self.place.key.as_ref();
        self.nul().into_result()?;
        let size = Record { columns: self.columns(), ..Record::default() }.within(max_record);
        if let Some(size) = size.left_out {
            return Err(too_large(self.block.schema(), size, max_record).of_key(own));
        }
        let judged = self.block.judge(&self.laid()).map_err(|faults| faults.of_key(own))?;
        self.unmet(&judged).into_result()?;
        let fields = &self.block.schema().fields;
        for (field, value) in fields.iter().zip(&judged.values) {
            // What a type leaves out of its JSON is not to be lost.
            if let Some(Some(text)) = self.texts.get_mut(field.column)
                && field.kind != Kind::Json
                && let Some(stored) = field.stored(value)
            {
                *text = stored;
            }
        }
        let now = Layers::of(self.stack.own.as_ref(), self.stack.shared.as_ref());
        let columns = self.columns();
        let then = Layers { own: Some(&columns), ..Layers::of(None, self.inherits.as_ref()) };
        let mut changed = differences(&self.block, now, then);
        // What another row changes for this one is told of that.
        changed.retain(|change| {
            let column = fields.iter().find(|field| field.name == change.field);
            column.is_some_and(|field| self.texts.contains_key(field.column))
        });
        let is_changed = |field: &FieldSchema| changed.iter().any(|c| c.field == field.name);
        let asked = |field: &&FieldSchema| self.texts.contains_key(field.column);
        let unchanged = (fields.iter().filter(asked))
            .filter(|field| !self.is_whole && !is_changed(field))
            .map(|field| field.name.to_owned())
            .collect();
        let clamped = judged.clamped.iter();
        let clamped = clamped.map(|c| format!("{} from {} to {}", c.field, c.from, c.to)).collect();
        Ok(PlannedRow {
            place: self.place.to_string(),
            version: self.stack.own.as_ref().map_or(0, |own| own.version),
            is_first: self.stack.own.is_none(),
            fields: changed,
            unchanged,
            kept: Vec::new(),
            clamped,
            gone: Vec::new(),
            unjudged: false,
            row: self,
        })
    }
}

impl PlannedRow {
    /// What is done to the row; where nothing changes, it is held to what it is.
    pub(super) fn entry(&self) -> Entry {
        let row = &self.row;
        let deed = match row.draft {
            Some(draft) => Deed::Activate(draft),
            None if self.fields.is_empty() => Deed::Hold,
            None => {
                let fields = &row.block.schema().fields;
                let is_changed = |column: &str| {
                    let field = fields.iter().find(|field| field.column == column);
                    field.is_some_and(|field| self.fields.iter().any(|c| c.field == field.name))
                };
                let texts = row.texts.iter().filter(|(column, _)| is_changed(column));
                Deed::Set(Texts(texts.map(|(c, text)| (c.clone(), text.clone())).collect()))
            }
        };
        Entry::new(row.place.clone(), row.stack.own.clone(), deed)
    }

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

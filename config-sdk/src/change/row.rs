//! One row as a change would make it: what it sets, what that means, and what is wrong with it.

use std::fmt;

use serde::Serialize;
use serde_json::Value as Json;

use super::desk::{BlockType, Stack};
use super::diff::{FieldChange, Layers, differences};
use super::part;
use crate::block::{Columns, Fault, Faults};
use crate::record::Record;
use crate::schema::{FieldSchema, Kind};
use crate::source::{Deed, Entry, Place, Texts};
use crate::value;

/// What is to be done to a row.
pub(super) enum Edit {
    /// Sets fields, by their places in the block, or resets them.
    Fields(Vec<(usize, Option<String>)>),
    /// The same, of a row that is to be like this as a whole: what is so already is not worth telling.
    Whole(Vec<(usize, Option<String>)>),
    /// Sets a part of a field, or takes it out.
    Part { field: usize, parts: Vec<String>, text: Option<String> },
    /// Makes a draft the active row.
    Draft { version: u64, draft: Record },
    /// Runs code on the block as readers have it; says which fields that changed.
    Typed(Typed),
}

/// Which fields some code changes, and to what.
pub(super) type Typed =
    Box<dyn FnOnce(&Columns) -> Result<Vec<(usize, Option<String>)>, Faults> + Send>;

/// A row as a change would make it. `Display` prints it for people.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct PlannedRow {
    /// Where: `trading`, `bytes[guild-1]`.
    pub place: String,
    /// The version that it is made from; 0 if there is no row yet.
    pub version: u64,
    /// What changes.
    pub fields: Vec<FieldChange>,
    /// What was asked for and is so already.
    pub unchanged: Vec<String>,
    /// Values out of range that were brought into it.
    pub clamped: Vec<String>,
    /// Columns of the version it goes back to that are no field's any more.
    pub gone: Vec<String>,
    /// Whether more keys inherit from it than were judged.
    pub unjudged: bool,
    #[serde(skip)]
    pub(super) row: Row,
}

/// What is written, and what it was judged with.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) block: BlockType,
    pub(super) place: Place,
    pub(super) stack: Stack,
    pub(super) texts: Columns,
    /// The draft that this becomes.
    draft: Option<u64>,
    /// Whether it is said as a whole what the row is to be.
    is_whole: bool,
}

/// Shows no text: any may be a secret.
impl fmt::Debug for PlannedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for PlannedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            0 => write!(f, "{} (its first row)", self.place)?,
            version => write!(f, "{} (version {version})", self.place)?,
        }
        self.fields.iter().try_for_each(|field| write!(f, "\n  {field}"))?;
        let mut say = |what: &str, names: &[String]| match names {
            [] => Ok(()),
            names => write!(f, "\n  {what}: {}", names.join(", ")),
        };
        say("brought into range", &self.clamped)?;
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

impl Row {
    pub(super) fn new(block: BlockType, place: Place, stack: Stack) -> Self {
        Self { block, place, stack, texts: Columns::new(), draft: None, is_whole: false }
    }

    /// Lays `edit` over what is there.
    pub(super) fn lay(&mut self, edit: Edit) -> Result<(), Faults> {
        let fields = match edit {
            Edit::Fields(fields) => fields,
            Edit::Whole(fields) => {
                self.is_whole = true;
                fields
            }
            Edit::Draft { version, draft } => {
                (self.draft, self.is_whole) = (Some(version), true);
                let fields = self.block.schema().fields.iter().enumerate();
                let text = |column: &str| draft.columns.get(column).cloned().flatten();
                fields.map(|(index, field)| (index, text(field.column))).collect()
            }
            Edit::Typed(edit) => edit(&self.layers(&self.columns()).laid())?,
            Edit::Part { field, parts, text } => {
                let whole = self.part(field, &parts, text.as_deref());
                vec![(field, Some(whole.map_err(|why| self.fault(field, &parts, why))?))]
            }
        };
        for (place, text) in fields {
            if let Some(field) = self.field(place) {
                self.texts.insert(field.column.to_owned(), text);
            }
        }
        Ok(())
    }

    /// Judges the row as a whole.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(super) fn finish(mut self) -> Result<PlannedRow, Faults> {
        let columns = self.columns();
        let own = Some(&self.place).and_then(|place| place.key.as_ref());
        let laid = self.layers(&columns).laid();
        self.nul().into_result()?;
        let judged = self.block.judge(&laid).map_err(|faults| faults.of_key(own))?;
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
        let columns = self.columns();
        let changed = differences(&self.block, self.layers_now(), self.layers(&columns));
        let is_changed =
            |field: &FieldSchema| changed.iter().any(|change| change.field == field.name);
        let asked = |field: &&FieldSchema| self.texts.contains_key(field.column);
        let unchanged: Vec<_> = (fields.iter().filter(asked))
            .filter(|field| !self.is_whole && !is_changed(field))
            .map(|field| field.name.to_owned())
            .collect();
        let kept =
            |column: &str| fields.iter().any(|field| field.column == column && is_changed(field));
        let texts = self.texts.iter().filter(|(column, _)| kept(column));
        let texts = texts.map(|(column, text)| (column.clone(), text.clone())).collect();
        let clamped = judged.clamped.iter();
        let clamped = clamped.map(|c| format!("{} from {} to {}", c.field, c.from, c.to)).collect();
        Ok(PlannedRow {
            place: self.place.to_string(),
            version: self.stack.own.as_ref().map_or(0, |own| own.version),
            fields: changed,
            unchanged,
            clamped,
            gone: Vec::new(),
            unjudged: false,
            row: Self { texts, ..self },
        })
    }

    /// The columns of the row as they would be.
    pub(super) fn columns(&self) -> Columns {
        let mut columns =
            self.stack.own.as_ref().map(|own| own.columns.clone()).unwrap_or_default();
        columns.extend(self.texts.clone());
        columns
    }

    /// The row as it would be, for those that inherit from it.
    pub(super) fn record(&self) -> Record {
        Record { columns: self.columns(), ..self.stack.own.clone().unwrap_or_default() }
    }

    /// Whether others inherit what changes.
    pub(super) fn has_heirs(&self) -> bool {
        self.place.key.is_none() && self.place.block.is_keyed() && self.entry().is_some()
    }

    /// What is to be written; nothing, if nothing changes.
    pub(super) fn entry(&self) -> Option<Entry> {
        let deed = match self.draft {
            Some(draft) => Deed::Activate(draft),
            None => Deed::Set(Texts(self.texts.clone())),
        };
        let is_empty = self.texts.is_empty() && self.draft.is_none();
        (!is_empty).then(|| Entry::new(self.place.clone(), self.stack.own.clone(), deed))
    }

    /// The whole row as a draft.
    pub(super) fn saved(&self) -> Entry {
        let mut columns = self.columns();
        let fields = &self.block.schema().fields;
        columns.retain(|column, _| fields.iter().any(|field| field.column == column));
        Entry::new(self.place.clone(), self.stack.own.clone(), Deed::Save(Texts(columns)))
    }

    fn layers<'a>(&'a self, columns: &'a Columns) -> Layers<'a> {
        Layers { own: Some(columns), ..Layers::of(None, self.stack.shared.as_ref()) }
    }

    fn layers_now(&self) -> Layers<'_> {
        Layers::of(self.stack.own.as_ref(), self.stack.shared.as_ref())
    }

    fn field(&self, place: usize) -> Option<&'static FieldSchema> {
        self.block.schema().fields.get(place)
    }

    /// The text of a JSON field with one part of it set.
    fn part(&self, place: usize, parts: &[String], text: Option<&str>) -> Result<String, String> {
        let Some(field) = self.field(place).filter(|field| field.kind == Kind::Json) else {
            return Err("has no parts: set it as a whole".to_owned());
        };
        let laid = self.layers(&self.columns()).laid();
        let mut whole = match laid.get(field.column).cloned().flatten() {
            Some(text) => serde_json::from_str(&text)
                .map_err(|error| format!("is no JSON in the store ({error}): set it as a whole"))?,
            None => (self.block.defaults().get(place)).map_or(Json::Null, value::to_json),
        };
        part::set(&mut whole, parts, text)?;
        Ok(whole.to_string())
    }

    /// No store keeps a NUL in text.
    fn nul(&self) -> Faults {
        let mut faults = Faults::new();
        for (index, field) in self.block.schema().fields.iter().enumerate() {
            if self
                .texts
                .get(field.column)
                .is_some_and(|text| text.as_ref().is_some_and(|text| text.contains('\0')))
            {
                let why = "holds a NUL, which no store can keep: take it out".to_owned();
                faults.extend(self.fault(index, &[], why));
            }
        }
        faults
    }

    fn fault(&self, place: usize, parts: &[String], message: String) -> Faults {
        let mut faults = Faults::new();
        let name = self.field(place).map_or("", |field| field.name);
        let parts: String = parts.iter().map(|part| format!(".{part}")).collect();
        faults.push(Fault {
            block: self.block.schema().name.to_owned(),
            key: self.place.key.as_ref().map(ToString::to_string),
            field: Some(format!("{name}{parts}")),
            column: None,
            value: None,
            rule: "edit".to_owned(),
            message,
        });
        faults
    }
}

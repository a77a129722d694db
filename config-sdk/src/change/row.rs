//! What a change makes of one row, and what is wrong with that.

use serde_json::Value as Json;

use super::desk::{Judged, Stack};
use super::diff::Layers;
use super::part;
use crate::block::{BlockType, Columns, Fault, Faults};
use crate::names;
use crate::record::Record;
use crate::schema::{FieldSchema, Kind};
use crate::source::{Deed, Entry, Place, Texts};
use crate::value::{self, Value};

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
    /// Runs code on the block as readers have it; says which fields that changed, and to what.
    Typed(Typed),
}

/// Which fields some code changes, and to what.
pub(super) type Typed =
    Box<dyn FnOnce(&Columns) -> Result<Vec<(usize, Option<String>, Value)>, Faults> + Send>;

/// What is written, and what it is judged with.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) block: BlockType,
    pub(super) place: Place,
    /// What is there.
    pub(super) stack: Stack,
    /// What it will inherit from.
    pub(super) inherits: Option<Record>,
    pub(super) texts: Columns,
    /// The draft that this becomes.
    pub(super) draft: Option<u64>,
    /// Whether it is said as a whole what the row is to be.
    pub(super) is_whole: bool,
    /// What fields have to mean, where code said so.
    meant: Vec<(usize, Value)>,
    /// Parts of fields that have to be found.
    set_parts: Vec<(usize, Vec<String>)>,
}

impl Row {
    /// The row of `place`, which is `stack` now and will inherit from another row.
    pub(super) fn new(
        block: BlockType,
        place: Place,
        stack: Stack,
        inherits: Option<Record>,
    ) -> Self {
        let (texts, draft, is_whole, meant, set_parts) = Default::default();
        Self { block, place, stack, inherits, texts, draft, is_whole, meant, set_parts }
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
            Edit::Typed(edit) => {
                let mut fields = Vec::new();
                for (index, text, value) in edit(&self.laid())? {
                    self.meant.push((index, value));
                    fields.push((index, text));
                }
                fields
            }
            Edit::Part { field, parts, text } => {
                let whole = self.part(field, &parts, text.as_deref());
                let whole = whole.map_err(|why| self.fault(field, &parts, why))?;
                if text.is_some() {
                    self.set_parts.push((field, parts));
                }
                vec![(field, Some(whole))]
            }
        };
        for (place, text) in fields {
            if let Some(field) = self.field(place) {
                self.texts.insert(field.column.to_owned(), text);
            }
        }
        Ok(())
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

    /// The whole row as a draft.
    pub(super) fn saved(&self) -> Entry {
        let mut columns = self.columns();
        let fields = &self.block.schema().fields;
        columns.retain(|column, _| fields.iter().any(|field| field.column == column));
        Entry::new(self.place.clone(), self.stack.own.clone(), Deed::Save(Texts(columns)))
    }

    /// The fields that were asked for, changed or not.
    pub(super) fn asked(&self) -> impl Iterator<Item = &'static FieldSchema> + '_ {
        let fields = self.block.schema().fields.iter();
        fields.filter(|field| self.texts.contains_key(field.column))
    }

    /// What readers' value would be decoded from.
    pub(super) fn laid(&self) -> Columns {
        let columns = self.columns();
        Layers { own: Some(&columns), ..Layers::of(None, self.inherits.as_ref()) }.laid()
    }

    fn field(&self, place: usize) -> Option<&'static FieldSchema> {
        self.block.schema().fields.get(place)
    }

    /// The text of a JSON field with one part of it set.
    fn part(&self, place: usize, parts: &[String], text: Option<&str>) -> Result<String, String> {
        let Some(field) = self.field(place).filter(|field| field.kind == Kind::Json) else {
            return Err("has no parts: set it as a whole".to_owned());
        };
        let mut whole = match self.laid().get(field.column).cloned().flatten() {
            Some(text) => serde_json::from_str(&text)
                .map_err(|error| format!("is no JSON in the store ({error}): set it as a whole"))?,
            None => self.block.defaults().get(place).map_or(Json::Null, value::to_json),
        };
        part::set(&mut whole, parts, text)?;
        Ok(whole.to_string())
    }

    /// What readers would not get as it was meant: a type may leave out a part that it does not know,
    /// and a row cannot say that a field is none where it inherits or defaults to something.
    pub(super) fn unmet(&self, judged: &Judged) -> Faults {
        let mut faults = Faults::new();
        for (index, meant) in &self.meant {
            let (field, value) = (self.field(*index), judged.values.get(*index));
            let is_clamped = field.is_some_and(|field| {
                judged.clamped.iter().any(|clamped| clamped.field == field.name)
            });
            if value != Some(meant) && !is_clamped {
                let why =
                    "cannot be that: a row without a value has the default, or what it inherits";
                faults.extend(self.fault(*index, &[], why.to_owned()));
            }
        }
        for (index, parts) in &self.set_parts {
            let mut at = judged.values.get(*index);
            for part in parts {
                let here = at;
                at = here.and_then(|value| value.part(part));
                if let (Some(Value::Map(known)), None) = (here, at) {
                    let meant = names::suggestion(part, known.iter().map(|(name, _)| &**name));
                    let why = format!("readers know no part `{part}` here{meant}");
                    faults.extend(self.fault(*index, parts, why));
                }
            }
        }
        faults
    }

    /// No store keeps a NUL in text.
    pub(super) fn nul(&self) -> Faults {
        let mut faults = Faults::new();
        for (index, field) in self.block.schema().fields.iter().enumerate() {
            let text = self.texts.get(field.column).and_then(Option::as_ref);
            if text.is_some_and(|text| text.contains('\0')) {
                let why = "holds a NUL, which no store can keep: take it out".to_owned();
                faults.extend(self.fault(index, &[], why));
            }
        }
        faults
    }

    /// What is wrong with an edit; of a secret, only where.
    fn fault(&self, place: usize, parts: &[String], message: String) -> Faults {
        let mut faults = Faults::new();
        let is_secret = self.field(place).is_some_and(|field| field.secret);
        let name = self.field(place).map_or("", |field| field.name);
        let parts: String = parts.iter().map(|part| format!(".{part}")).collect();
        faults.push(Fault {
            block: self.block.schema().name.to_owned(),
            key: self.place.key.as_ref().map(ToString::to_string),
            field: Some(format!("{name}{parts}")),
            column: None,
            value: None,
            rule: "edit".to_owned(),
            message: if is_secret { "cannot be set so".to_owned() } else { message },
        });
        faults
    }
}

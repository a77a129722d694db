//! In which fields two rows of a block differ, as typed values that may be shown.

use std::fmt;

use serde::Serialize;

use crate::block::{BlockType, Columns};
use crate::record::Record;
use crate::schema::{BlockSchema, FieldSchema, Kind};
use crate::value::Value;

/// One field that is not the same in two rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FieldChange {
    /// The field.
    pub field: &'static str,
    /// Before.
    pub from: Side,
    /// After.
    pub to: Side,
}

/// `score_threshold: 0.70 (default) → 0.8`
impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} → {}", self.field, self.from, self.to)
    }
}

/// A field's value in one of two rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Side {
    /// What readers get; of a secret only that it is set.
    pub value: Value,
    /// Whether the row itself says so.
    pub set: bool,
    /// Whether the row that it inherits from says so; else it is the default.
    pub inherited: bool,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = match (self.set, self.inherited) {
            (true, _) => "",
            (false, true) => " (inherited)",
            (false, false) => " (default)",
        };
        write!(f, "{}{from}", self.value)
    }
}

/// A row over the one that it inherits from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layers<'a> {
    pub(crate) own: Option<&'a Columns>,
    pub(crate) shared: Option<&'a Columns>,
}

impl<'a> Layers<'a> {
    pub(crate) fn of(own: Option<&'a Record>, shared: Option<&'a Record>) -> Self {
        let columns = |record: Option<&'a Record>| record.map(|record| &record.columns);
        Self { own: columns(own), shared: columns(shared) }
    }

    /// What readers' value is decoded from.
    pub(crate) fn laid(&self) -> Columns {
        let record = |columns: Option<&Columns>| Record {
            columns: columns.cloned().unwrap_or_default(),
            ..Record::default()
        };
        record(self.own).inheriting(Some(&record(self.shared))).columns
    }

    pub(crate) fn sets(&self, field: &FieldSchema) -> bool {
        self.text(field).is_some()
    }

    fn inherits(&self, field: &FieldSchema) -> bool {
        let text = self.shared.and_then(|shared| shared.get(field.column));
        text.is_some_and(Option::is_some)
    }

    pub(crate) fn text(&self, field: &FieldSchema) -> Option<&'a str> {
        self.own?.get(field.column)?.as_deref()
    }
}

/// The fields in which `after` differs from `before`, also if only in whether the row says so.
pub(crate) fn differences(
    block: &BlockType,
    before: Layers<'_>,
    after: Layers<'_>,
) -> Vec<FieldChange> {
    let (old, new) = (block.read(&before.laid()), block.read(&after.laid()));
    let values = old.into_iter().zip(new);
    let fields = block.schema().fields.iter().zip(values);
    let change = |(field, (from, to)): (&'static FieldSchema, (Value, Value))| {
        let is_same = from == to
            && before.sets(field) == after.sets(field)
            && is_same_text(field, before.text(field), after.text(field));
        let side = |value, layers: Layers<'_>| Side {
            value: field.shown(value),
            set: layers.sets(field),
            inherited: !layers.sets(field) && layers.inherits(field),
        };
        (!is_same).then(|| FieldChange {
            field: field.name,
            from: side(from, before),
            to: side(to, after),
        })
    };
    fields.filter_map(change).collect()
}

/// What a serde type writes may leave things out, so its stored text counts as well.
fn is_same_text(field: &FieldSchema, from: Option<&str>, to: Option<&str>) -> bool {
    let json = |text: Option<&str>| -> Option<serde_json::Value> {
        text.and_then(|text| serde_json::from_str(text).ok())
    };
    match field.kind {
        Kind::Json => from == to || json(from) == json(to),
        Kind::Text => from == to,
        _ => true,
    }
}

/// The columns of `columns` that hold neither a field of today's struct nor its key, with something
/// in them.
pub(crate) fn gone(schema: &BlockSchema, columns: &Columns) -> Vec<String> {
    let is_known = |column: &str| {
        schema.fields.iter().any(|field| field.column == column)
            || schema.keys.iter().any(|key| key.name == column)
    };
    let set = columns.iter().filter(|(_, text)| text.is_some()).map(|(column, _)| column);
    set.filter(|column| !is_known(column)).cloned().collect()
}

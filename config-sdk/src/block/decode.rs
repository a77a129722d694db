//! A record's columns into typed fields, collecting every fault.

use std::collections::BTreeMap;

use super::{Codec, Fault, Faults, rules};
use crate::schema::{BlockSchema, FieldSchema};
use crate::value::Value;

/// Longest text of a value that a fault quotes, in characters.
const MAX_QUOTE: usize = 120;
/// Longest message of a type, which may quote the value as well.
const MAX_MESSAGE: usize = 400;

/// What is wrong with a value may quote it, so of a secret only the fact is told.
const UNSAID: &str = "cannot be read as its type";

/// Column name to its text; `None` is `NULL`.
pub(crate) type Columns = BTreeMap<String, Option<String>>;

/// Hands the derived code one field after the other.
#[derive(Debug, Default)]
pub struct Decoder<'a> {
    row: Option<(&'static BlockSchema, &'a Columns)>,
    pub(super) faults: Faults,
    pub(super) clamped: Vec<Clamped>,
}

/// A number that was brought into its range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clamped {
    /// The field.
    pub(crate) field: &'static str,
    /// What the store holds.
    pub(crate) from: String,
    /// What readers get.
    pub(crate) to: Value,
}

impl<'a> Decoder<'a> {
    /// Of no row at all: every field is its default.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    pub(crate) fn new(schema: &'static BlockSchema, columns: &'a Columns) -> Self {
        Self { row: Some((schema, columns)), ..Self::default() }
    }

    /// The value of the schema's field number `index`, or its default where the column is missing,
    /// `NULL` or faulty.
    pub fn field<C: Codec<T>, T>(&mut self, index: usize, default: impl FnOnce() -> T) -> T {
        self.read::<C, T>(index).unwrap_or_else(default)
    }

    /// Compiled once for each type of field, where its caller is for each field of each block.
    #[inline(never)]
    fn read<C: Codec<T>, T>(&mut self, index: usize) -> Option<T> {
        let (field, text) = self.column(index)?;
        match C::decode(text) {
            Ok(value) if field.clamp => Some(self.clamp::<C, T>(field, text, value)),
            Ok(value) => Some(value),
            Err(_)
                if field.clamp
                    && let Some(value) = self.clamp_text::<C, T>(field, text) =>
            {
                Some(value)
            }
            Err(message) => {
                self.fault(field, text, message);
                None
            }
        }
    }

    /// A field, and what the row has for it.
    fn column(&self, index: usize) -> Option<(&'static FieldSchema, &'a str)> {
        let (schema, columns) = self.row?;
        let field = schema.fields.get(index)?;
        Some((field, columns.get(field.column)?.as_deref()?))
    }

    fn fault(&mut self, field: &FieldSchema, text: &str, message: String) {
        self.faults.push(Fault {
            block: self.row.map_or("", |(schema, _)| schema.name).to_owned(),
            key: None,
            field: Some(field.name.to_owned()),
            column: Some(field.column.to_owned()),
            value: quote(field, Value::Text(text.to_owned())),
            rule: "type".to_owned(),
            message: if field.secret { UNSAID.to_owned() } else { shortened(message, MAX_MESSAGE) },
        });
    }

    /// A number that its type cannot hold is out of range all the same.
    fn clamp_text<C: Codec<T>, T>(&mut self, field: &FieldSchema, text: &str) -> Option<T> {
        let number = Value::Decimal(crate::number::decimal(text).ok()?);
        let bound = rules::nearest(field, &number)?;
        self.bring(field, text, bound).map(|text| C::decode(&text).ok())?
    }

    fn clamp<C: Codec<T>, T>(&mut self, field: &FieldSchema, text: &str, value: T) -> T {
        let bound = rules::nearest(field, &C::encode(&value));
        let text = bound.and_then(|bound| self.bring(field, text, bound));
        text.and_then(|text| C::decode(&text).ok()).unwrap_or(value)
    }

    /// Notes that `text` was brought to `bound`, and returns the text of that.
    fn bring(&mut self, field: &FieldSchema, text: &str, bound: Value) -> Option<String> {
        let brought = bound.to_stored()?;
        let from = quote(field, Value::Text(text.to_owned()));
        self.clamped.push(Clamped {
            field: field.name,
            from: from.unwrap_or_else(|| Value::Redacted.to_string()),
            to: field.shown(bound),
        });
        Some(brought)
    }
}

/// How a fault shows `value`: not at all if it is a secret or nothing, and not at any length.
pub(super) fn quote(field: &FieldSchema, value: Value) -> Option<String> {
    if field.secret || value.is_null() {
        return None;
    }
    Some(shortened(value.to_string(), MAX_QUOTE))
}

fn shortened(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

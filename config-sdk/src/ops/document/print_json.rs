//! A document as JSON: what rows say, and nothing else.

use super::tree::quote;
use super::{Document, KeyText, Section, float, key};
use crate::schema::{FieldSchema, Kind};
use crate::value::{self, Value};

/// The JSON of `document`.
pub(super) fn print(document: &Document) -> String {
    let blocks = document.blocks();
    let blocks = blocks.iter().map(|(block, rows)| {
        let mut rows = rows.iter().map(|row| self::row(row));
        let value = if block.is_keyed() {
            let rows: Vec<_> = rows.map(|row| format!("\n    {row}")).collect();
            format!("[{}\n  ]", rows.join(","))
        } else {
            rows.next().unwrap_or_else(|| "{}".to_owned())
        };
        format!("\n  {}: {value}", quoted(block.name))
    });
    format!("{{{}\n}}\n", blocks.collect::<Vec<_>>().join(","))
}

fn row(row: &Section) -> String {
    let indent = if row.place.block.is_keyed() { "      " } else { "    " };
    let keys = key(&row.place).map(|(name, text)| {
        let text = match text {
            KeyText::Number(digits) => digits.to_owned(),
            KeyText::Text(text) => quoted(text),
        };
        format!("\n{indent}{}: {text}", quoted(name))
    });
    let fields = row.fields.iter().filter_map(|said| {
        let value = field(said.field, said.told()?);
        Some(format!("\n{indent}{}: {value}", quoted(said.field.name)))
    });
    let fields: Vec<_> = keys.chain(fields).collect();
    match fields.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{{}\n{}}}", fields.join(","), indent.get(2..).unwrap_or_default()),
    }
}

/// Numbers that 64 bits do not hold are strings, as decimals are: other programs would round them.
fn field(field: &FieldSchema, value: &Value) -> String {
    match value {
        value if field.kind == Kind::Json => value::to_json(value).to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) if i64::try_from(*value).is_ok() => value.to_string(),
        Value::Float(number) => float(*number).unwrap_or_else(|| quoted(&value.to_string())),
        value => quoted(&value.to_string()),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    quote(text, &mut quoted);
    quoted
}

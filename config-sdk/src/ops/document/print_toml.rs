//! A document as TOML: what rows say, and above it what may be said.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::toml::ESCAPE;
use super::{Document, KeyText, Said, Section, float, key};
use crate::schema::{BlockSchema, FieldSchema, Kind};
use crate::value::{self, Value};

/// The TOML of `document`. A block's first row explains its fields; its others have only what they say.
pub(super) fn print(document: &Document) -> String {
    let mut out = String::new();
    for (block, rows) in document.blocks() {
        for (index, row) in rows.into_iter().enumerate() {
            if !out.is_empty() {
                out.push('\n');
            }
            self::row(&mut out, block, row, index == 0);
        }
    }
    out
}

fn row(out: &mut String, block: &BlockSchema, row: &Section, explains: bool) {
    if explains {
        comment(out, block.doc);
        if block.is_keyed() {
            comment(out, "A row without a key is the one that the others inherit from.");
        }
    }
    let name = name(block.name);
    line(out, &if block.is_keyed() { format!("[[{name}]]") } else { format!("[{name}]") });
    for (column, text) in key(&row.place) {
        let text = match text {
            KeyText::Number(digits) => digits.to_owned(),
            KeyText::Text(text) => quoted(text),
        };
        line(out, &format!("{} = {text}", self::name(column)));
    }
    for said in &row.fields {
        if explains {
            out.push('\n');
            comment(out, said.field.doc);
            comment(out, &rules(said));
        }
        let name = self::name(said.field.name);
        match said.told() {
            Some(value) => line(out, &format!("{name} = {}", written(said.field, value))),
            None if !explains || said.field.secret => {}
            None => comment(out, &format!("{name} = {}", example(said))),
        }
    }
}

/// What a field may be, and what it is without the row.
fn rules(said: &Said) -> String {
    let field = said.field;
    if field.secret {
        let state = if said.value.is_some() { "set" } else { "not set" };
        return format!(
            "`{}` is a secret, and {state}. No file may hold it: set it by standard input or an \
             environment variable.",
            field.name
        );
    }
    let mut rules = Vec::new();
    if let Some(range) = &field.range {
        rules.push(format!("within {range}"));
    }
    if let Some(length) = &field.length {
        rules.push(format!("length {length}"));
    }
    if !field.one_of.is_empty() {
        let values: Vec<_> = field.one_of.iter().map(|value| written(field, value)).collect();
        rules.push(format!("one of {}", values.join(", ")));
    }
    if field.restart {
        rules.push("taken at the next start".to_owned());
    }
    let default = match field.stored(&said.default) {
        None => "none".to_owned(),
        Some(_) => written(field, &said.default),
    };
    // A list may have a line for each item.
    let lines: Vec<_> = default.lines().map(str::trim).collect();
    rules.push(format!("default {}", lines.join(" ")));
    let rules = rules.join("; ");
    let mut letters = rules.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

/// What to start from where a row says nothing: the default, or if there is none, something of its kind.
fn example(said: &Said) -> String {
    if said.field.stored(&said.default).is_some() {
        return written(said.field, &said.default);
    }
    let example = match said.field.kind {
        Kind::Bool => "false",
        Kind::Integer | Kind::BigInteger => "0",
        Kind::Decimal | Kind::Float => "0.0",
        Kind::Text => "\"\"",
        Kind::Duration => "\"0s\"",
        Kind::Timestamp => "\"2026-01-31T12:00:00Z\"",
        Kind::Json => "{}",
    };
    example.to_owned()
}

fn written(field: &FieldSchema, value: &Value) -> String {
    match value {
        value if field.kind == Kind::Json => list_or_value(&value::to_json(value)),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) if i64::try_from(*value).is_ok() => value.to_string(),
        Value::Decimal(value) => {
            let text = value.to_string();
            // Without a point it is a whole number, of which TOML has 64 bits.
            let is_bare = text.contains('.') || text.parse::<i64>().is_ok();
            if is_bare { text } else { quoted(&text) }
        }
        Value::Float(number) => float(*number).unwrap_or_else(|| quoted(&value.to_string())),
        value => quoted(&value.to_string()),
    }
}

/// A list of several tables or lists has a line for each.
fn list_or_value(value: &Json) -> String {
    match value {
        Json::Array(items)
            if items.len() > 1 && items.iter().any(|item| item.is_object() || item.is_array()) =>
        {
            let items: Vec<_> = items.iter().map(|item| format!("    {},\n", json(item))).collect();
            format!("[\n{}]", items.concat())
        }
        value => json(value),
    }
}

fn json(value: &Json) -> String {
    match value {
        Json::Null => escape(value),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => {
            let text = number.to_string();
            let is_float = text.contains(['.', 'e', 'E']) && text.parse().is_ok_and(f64::is_finite);
            if is_float || number.as_i64().is_some() { text } else { escape(value) }
        }
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", "))
        }
        Json::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Json::Object(fields) if fields.len() == 1 && fields.contains_key(ESCAPE) => escape(value),
        Json::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{} = {}", self::name(name), json(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

fn escape(value: &Json) -> String {
    format!("{{ {} = {} }}", name(ESCAPE), quoted(&value.to_string()))
}

/// A name as it may stand without quotes, or else within.
fn name(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match !name.is_empty() && name.bytes().all(is_bare) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_ascii_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control)); // a string takes everything
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Each line of `text` as a comment, in which no control character may stand.
fn comment(out: &mut String, text: &str) {
    for text in text.lines() {
        let text = text.replace(|c: char| c.is_ascii_control() && c != '\t', " ");
        line(out, format!("# {text}").trim_end());
    }
}

//! A field's rules as triggers check them: each with the sentence that the editor gets to read.
//!
//! SQLite cannot exchange a CHECK of a table that exists, and says nothing but its name. A condition
//! passes `NULL`, which is the compiled-in default.

use rust_decimal::Decimal;

use crate::key::MAX_KEY;
use crate::schema::{FieldSchema, Kind, Range};
use crate::source::ddl::{bounds, choices, ident, literal};
use crate::value::Value;

/// A condition on the new row, and how the sentence about it goes on after the field's name.
pub(super) type Rule = (String, String);

/// The rules of `field`, that of its type first.
pub(super) fn rules(field: &FieldSchema) -> Vec<Rule> {
    let column = &format!("new.{}", ident(field.column));
    let mut rules = vec![natural(column, field.kind)];
    if let Some(range) = bounds(field) {
        let condition = within(&number(column, field.kind), &range);
        rules.push((condition, format!("must be within {range}")));
    }
    if let (Some(bounds), Some(length)) = (field.length, length(column, field.kind)) {
        let condition = match (bounds.min, bounds.max) {
            (min, usize::MAX) => format!("{length} >= {min}"),
            (min, max) => format!("{length} between {min} and {max}"),
        };
        rules.push((condition, format!("must have a length within {bounds}")));
    }
    let choices: Vec<_> = choices(field).iter().filter_map(literal).collect();
    if !choices.is_empty() {
        let condition = format!("{} in ({})", number(column, field.kind), choices.join(", "));
        let shown: Vec<_> = field.one_of.iter().map(Value::to_string).collect();
        rules.push((condition, format!("must be one of {}", shown.join(", "))));
    }
    rules
}

/// Whether `columns` together are a key: none null, empty, with a NUL or of bytes that are no text,
/// and all of them no longer than a key may be.
pub(super) fn is_key(columns: &[String]) -> String {
    let each = columns.iter().map(|column| {
        format!("{column} <> '' and typeof({column}) <> 'blob' and instr({column}, char(0)) = 0")
    });
    let lengths = columns.iter().map(|column| format!("length(cast({column} as blob))"));
    let lengths: Vec<_> = lengths.collect();
    let most = MAX_KEY + 1 - columns.len(); // one more is between each two parts
    let all: Vec<_> = each.chain([format!("{} <= {most}", lengths.join(" + "))]).collect();
    format!("({})", all.join(" and "))
}

/// What the column's type means; SQLite itself keeps anything in any column.
///
/// Text that is no number stays text in a comparison with a number, and is larger than any.
fn natural(column: &str, kind: Kind) -> Rule {
    let (condition, sentence) = match kind {
        Kind::Bool => (format!("{column} in (0, 1)"), "must be 0 or 1"),
        Kind::Integer => (format!("typeof({column}) = 'integer'"), "must be a whole number"),
        Kind::BigInteger => (
            format!("{column} not glob '*[^-+0-9]*' and {column} <= cast({} as real)", u128::MAX),
            "must be a whole number, between quotes if it is a large one",
        ),
        Kind::Decimal => (
            format!(
                "{column} not glob '*[^-+.0-9eE]*' and {column} <= cast({0} as real) \
                 and {column} >= cast(-{0} as real)",
                Decimal::MAX
            ),
            "must be a number that a decimal can hold",
        ),
        Kind::Float => (
            format!("abs({column}) <= 1.7976931348623157e308 and typeof({column}) <> 'text'"),
            "must be a finite number",
        ),
        Kind::Text => (format!("typeof({column}) = 'text'"), "must be text"),
        Kind::Duration => (
            format!("{column} glob '[0-9]*[^0-9 ]' or {column} = '0'"),
            "must be a length of time with its unit, such as 90s or 1h 30m",
        ),
        Kind::Timestamp => (
            format!("{column} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ]*'"),
            "must be a time such as 2026-01-31T12:00:00Z",
        ),
        Kind::Json => (format!("json_valid({column})"), "must be JSON"),
    };
    (condition, sentence.to_owned())
}

fn within(number: &str, range: &Range) -> String {
    let less = if range.open { "<" } else { "<=" };
    let min = range.min.as_ref().and_then(literal);
    let max = range.max.as_ref().and_then(literal);
    let min = min.map(|min| format!("{number} >= {min}"));
    let max = max.map(|max| format!("{number} {less} {max}"));
    let both: Vec<_> = min.into_iter().chain(max).collect();
    both.join(" and ")
}

/// The column as SQLite can compare it. A number that is kept as text is compared as a binary one,
/// which is near enough here: readers compare every digit.
fn number(column: &str, kind: Kind) -> String {
    match kind {
        Kind::BigInteger | Kind::Decimal => format!("cast({column} as real)"),
        _ => column.to_owned(),
    }
}

/// Characters of text, items of a list, entries of an object.
fn length(column: &str, kind: Kind) -> Option<String> {
    match kind {
        Kind::Text => Some(format!("length({column})")),
        Kind::Json => Some(format!(
            "case json_type({column}) when 'text' then length(json_extract({column}, '$')) \
             when 'array' then json_array_length({column}) \
             when 'object' then (select count(*) from json_each({column})) end"
        )),
        _ => None,
    }
}

//! What triggers log of a row: its key, what it was, whose change it is, which secrets it changes.

use crate::schema::BlockSchema;
use crate::source::ddl::{ident, text};

/// Whether any of `columns`, quoted, differs between the old row and the new one.
pub(super) fn differs<'a>(columns: impl Iterator<Item = &'a String>) -> String {
    let differ: Vec<_> =
        columns.map(|column| format!("old.{column} is not new.{column}")).collect();
    if differ.is_empty() { "0".to_owned() } else { differ.join(" or ") }
}

/// What the library's own write says of itself in `column`; where it says nothing or another writes,
/// `otherwise`.
pub(super) fn of_author(column: &str, otherwise: &str) -> String {
    format!("coalesce((select {column} from config_sdk_author), {otherwise})")
}

/// The names of the secret columns that `what` sets, as a JSON array; of a deletion nothing.
pub(super) fn hidden(block: &BlockSchema, what: &str) -> String {
    let changes = |column: &str| {
        let column = ident(column);
        match what {
            "insert" => format!("new.{column} is not null"),
            _ => format!("old.{column} is not new.{column}"),
        }
    };
    let secrets = block.fields.iter().filter(|field| field.secret).map(|field| field.column);
    let all: Vec<_> =
        secrets.map(|column| format!("({}, {})", text(column), changes(column))).collect();
    if all.is_empty() || what == "delete" {
        return "null".to_owned();
    }
    // The first row only gives the columns their names.
    format!(
        "(select json_group_array(name) from (\n            \
         select null as name, 0 as changed\n            union all values {}) where changed)",
        all.join(", ")
    )
}

/// Columns of the row before as a JSON object.
pub(super) fn row_before<'a>(first: &str, others: impl Iterator<Item = &'a str>) -> String {
    let pair = |column| format!("({}, old.{})", text(column), ident(column));
    let mut values = others.map(pair).collect::<Vec<_>>().join(", ");
    if !values.is_empty() {
        values.insert_str(0, "\n            union all values ");
    }
    format!(
        "(select json_group_object(name, iif(typeof(value) = 'blob', hex(value), value)) from (\n            \
         select {} as name, old.{} as value{values}))",
        text(first),
        ident(first)
    )
}

/// The key of a row as a JSON object, each part as text.
pub(super) fn key_of(keys: &[&str], row: &str) -> String {
    let pair = |key: &&str| format!("{}, cast({row}.{} as text)", text(key), ident(key));
    let pairs: Vec<_> = keys.iter().map(pair).collect();
    if pairs.is_empty() {
        return "null".to_owned();
    }
    format!("json_object({})", pairs.join(", "))
}

//! A table in Postgres that was there before: what is read of it, and what would tell of its changes.

use super::ddl::column_type;
use super::triggers::{array, trigger};
use crate::schema::{BlockSchema, Kind};
use crate::source::ddl::{Part, Piece, ident};

/// What `block` needs of its table `table`, which is quoted: its columns, and to be told of changes
/// statement-level triggers.
pub(super) fn parts(block: &BlockSchema, table: &str) -> Vec<Part> {
    let keys = block.keys.iter().map(|key| (key.name, "text"));
    let fields = block.fields.iter().map(|field| (field.column, column_type(field.kind)));
    let column = |(name, sort): (&str, &str)| Part {
        column: Some(name.to_owned()),
        identity: sort.to_owned(),
        fallback: Some(format!(
            "alter table {table} alter column {0} type {sort} using {0}::text::{sort};",
            ident(name)
        )),
        ..Part::new(
            Piece::Column,
            name,
            format!("alter table {table} add column {} {sort};", ident(name)),
        )
    };
    let mut parts = vec![Part::new(Piece::Table, "", String::new())];
    parts.extend(keys.chain(fields).map(column));
    parts.extend(triggers(block, table));
    parts
}

/// What shows, of those triggers, that they tell of all that matters: the one of updates with its
/// arguments.
pub(super) fn witness(block: &BlockSchema) -> Part {
    let [_, _, update, ..] = triggers(block, "");
    update
}

/// How many triggers there are.
pub(super) const TRIGGERS: usize = 5;

/// Whether a column of type `found` holds what a field of `kind` is stored as.
pub(super) fn takes(kind: Kind, found: &str) -> bool {
    // Without length or precision, and what else the catalog says of the column.
    let sort = found.split(['(', ',']).next().unwrap_or_default();
    let is_text = matches!(sort, "text" | "character varying" | "character" | "citext");
    let is_integer = matches!(sort, "smallint" | "integer" | "bigint");
    let is_number = is_integer || matches!(sort, "numeric" | "real" | "double precision");
    match kind {
        Kind::Bool => sort == "boolean",
        Kind::Integer => is_integer || sort == "numeric",
        Kind::BigInteger | Kind::Decimal | Kind::Float => is_number,
        Kind::Json => matches!(sort, "json" | "jsonb"),
        Kind::Timestamp => sort.starts_with("timestamp"),
        Kind::Text => is_text || sort == "uuid",
        Kind::Duration => is_text,
    }
}

/// The first makes writers queue before they touch a row, as all writers of configuration do, so that
/// no two can deadlock; who changes other columns only does not queue.
fn triggers(block: &BlockSchema, table: &str) -> [Part; TRIGGERS] {
    let keys = || block.keys.iter().map(|key| key.name);
    let shown = block.fields.iter().filter(|field| !field.secret).map(|field| field.column);
    let read = || keys().chain(block.fields.iter().map(|field| field.column));
    let arguments =
        [block.name.to_owned(), array(keys()), array(keys().chain(shown)), array(read())];
    let columns: Vec<_> = read().map(ident).collect();
    let queue = format!(
        "before insert or update of {} or delete on {{table}} for each statement",
        columns.join(", ")
    );
    let after = |what: &str, rows: &str| {
        format!("after {what} on {{table}}\n    referencing {rows} for each statement")
    };
    let both = "old table as old_rows new table as new_rows";
    [
        trigger(table, "config_sdk_lock", &queue, "lock", &arguments),
        trigger(
            table,
            "config_sdk_insert",
            &after("insert", "new table as new_rows"),
            "adopted",
            &arguments,
        ),
        trigger(table, "config_sdk_update", &after("update", both), "adopted", &arguments),
        trigger(
            table,
            "config_sdk_delete",
            &after("delete", "old table as old_rows"),
            "adopted",
            &arguments,
        ),
        trigger(
            table,
            "config_sdk_truncate",
            "before truncate on {table} for each statement",
            "adopted",
            &arguments,
        ),
    ]
}

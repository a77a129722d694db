//! A block's table in SQLite, part by part.

use super::adopted;
use super::triggers::triggers;
use crate::schema::{BlockSchema, Kind};
use crate::source::ddl::{Blueprint, Part, Piece, ident};

/// The tables whose names begin with `config_sdk_`.
pub(crate) const BOOKKEEPING: &str = include_str!("bookkeeping.sql");
/// The version that [`BOOKKEEPING`] says it is. To be raised with every change of it, and of what
/// triggers log; what has no version is older.
pub(super) const BOOKKEEPING_VERSION: i64 = 1;

/// The columns of every table before those of its fields.
const BEFORE: [(&str, &str, &str); 3] = [
    ("id", "INTEGER", " primary key"),
    ("version", "INTEGER", " not null default 0"),
    ("status", "TEXT", " not null default 'draft'"),
];
/// The columns of every table after those of its fields.
const AFTER: [(&str, &str, &str); 4] = [
    ("created_at", "TEXT", ""),
    ("created_by", "TEXT", ""),
    ("reason", "TEXT", ""),
    ("activated_at", "TEXT", ""),
];

/// What `block`'s table should be.
pub(crate) fn blueprint(block: &BlockSchema) -> Blueprint<'_> {
    let keys: Vec<_> = block.keys.iter().map(|key| key.name).collect();
    let keys = keys.as_slice();
    let name = table_name(block);
    let table = ident(&name);
    if block.adopt {
        return Blueprint { block, parts: adopted::parts(block, &table), table };
    }
    let columns: Vec<_> = BEFORE
        .into_iter()
        .chain(keys.iter().map(|key| (*key, "TEXT", "")))
        .chain((block.fields.iter()).map(|field| (field.column, column_type(field.kind), "")))
        .chain(AFTER)
        .collect();
    let mut parts = vec![Part::new(Piece::Table, "", create(&table, &columns))];
    // A table of one's own may have any key: rows are told apart by their rowid.
    let but_id = columns.iter().skip(1);
    parts.extend(but_id.map(|column| add(&table, column)));
    parts.extend(indexes(&name, keys));
    parts.extend(triggers(block, &table, keys));
    Blueprint { block, table, parts }
}

/// The table's name: there are no schemas to put it in.
pub(super) fn table_name(block: &BlockSchema) -> String {
    block.table.replace('.', "__")
}

/// The type of a field's column. Numbers that must keep their digits are text.
pub(super) fn column_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool | Kind::Integer => "INTEGER",
        Kind::Float => "REAL",
        Kind::BigInteger
        | Kind::Decimal
        | Kind::Text
        | Kind::Duration
        | Kind::Timestamp
        | Kind::Json => "TEXT",
    }
}

fn create(table: &str, columns: &[(&str, &str, &str)]) -> String {
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, sort, more)| format!("    {} {sort}{more}", ident(name)))
        .collect();
    let columns = columns.join(",\n");
    format!("create table if not exists {table} (\n{columns}\n);")
}

fn add(table: &str, (name, sort, more): &(&str, &str, &str)) -> Part {
    let column = ident(name);
    Part {
        column: Some((*name).to_owned()),
        identity: (*sort).to_owned(),
        fallback: Some(exchanged(table, name, &format!("{sort}{more}"))),
        ..Part::new(
            Piece::Column,
            *name,
            format!("alter table {table} add column {column} {sort}{more};"),
        )
    }
}

/// Puts a column of another type in the place of one.
pub(super) fn exchanged(table: &str, name: &str, sort: &str) -> String {
    let (column, former) = (ident(name), ident(&format!("{name}_former")));
    format!(
        "alter table {table} rename column {column} to {former};\n\
         alter table {table} add column {column} {sort};\n\
         update {table} set {column} = {former};"
    )
}

/// Unique are the version and the active row: of the block, or of each of its keys. Nulls do not
/// meet in a unique index, so the row without a key has one of its own.
fn indexes(name: &str, keys: &[&str]) -> Vec<Part> {
    let table = ident(name);
    let index = |word: &str, columns: &[&str], which: &str| {
        let name = format!("{name}_{word}");
        let quoted: Vec<_> = columns.iter().map(|column| ident(column)).collect();
        let sql = format!(
            "{}create unique index if not exists {} on {table} ({}){which};",
            // One of the time when the block had another key would refuse the rows of this one.
            if keys.is_empty() { String::new() } else { drop_index(&name) },
            ident(&name),
            if keys.is_empty() { columns.join(", ") } else { quoted.join(", ") }
        );
        Part { identity: columns.join(","), ..Part::new(Piece::Index, name, sql) }
    };
    let version = index("version_key", &[keys, &["version"]].concat(), "");
    let number = format!(
        "update {table} set version = \
         (select count(*) from {table} t where t.rowid <= {table}.rowid);\n{}",
        version.sql
    );
    let version = Part { fallback: Some(number), ..version };
    let active = " where status = 'active'";
    if keys.is_empty() {
        return vec![version, index("one_active", &["status"], active)];
    }
    let no_key: String = keys.iter().map(|key| format!(" and {} is null", ident(key))).collect();
    vec![
        version,
        index("one_active", keys, active),
        index("one_shared", &["status"], &format!("{active}{no_key}")),
    ]
}

fn drop_index(name: &str) -> String {
    format!("drop index if exists {};\n", ident(name))
}

#[cfg(test)]
mod tests;

//! A block's table in SQLite, part by part.

use super::triggers::triggers;
use crate::schema::{BlockSchema, Kind};
use crate::source::ddl::{Blueprint, Part, Piece, ident};

/// The tables whose names begin with `config_sdk_`.
pub(crate) const BOOKKEEPING: &str = include_str!("bookkeeping.sql");

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
    let keys: &[&str] = &[];
    let name = table_name(block);
    let table = ident(&name);
    let columns: Vec<_> = BEFORE
        .into_iter()
        .chain(keys.iter().map(|key| (*key, "TEXT", "")))
        .chain((block.fields.iter()).map(|field| (field.column, column_type(field.kind), "")))
        .chain(AFTER)
        .collect();
    let mut parts = vec![Part::new(Piece::Table, &*name, create(&table, &columns))];
    // A table of one's own may have any key: rows are told apart by their rowid.
    let but_id = columns.iter().skip(1);
    parts.extend(but_id.map(|column| add(&table, column)));
    parts.extend(indexes(&name, keys));
    parts.extend(triggers(block, &table, keys));
    Blueprint {
        block,
        table,
        parts,
    }
}

/// The table's name: there are no schemas to put it in.
pub(super) fn table_name(block: &BlockSchema) -> String {
    block.table.replace('.', "__")
}

/// The type of a field's column. Numbers that must keep their digits are text.
fn column_type(kind: Kind) -> &'static str {
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
    let former = ident(&format!("{name}_former"));
    Part {
        column: Some((*name).to_owned()),
        identity: (*sort).to_owned(),
        fallback: Some(format!(
            "alter table {table} rename column {column} to {former};\n\
             alter table {table} add column {column} {sort}{more};\n\
             update {table} set {column} = {former};"
        )),
        ..Part::new(
            Piece::Column,
            *name,
            format!("alter table {table} add column {column} {sort}{more};"),
        )
    }
}

/// A key that is null is the shared row's, and there is one of it, too; but nulls do not meet in a
/// unique index, so each key column is indexed as two things that are never null.
fn indexes(name: &str, keys: &[&str]) -> [Part; 2] {
    let table = ident(name);
    let keys: String = (keys.iter())
        .map(|key| format!("({0} is null), coalesce({0}, ''), ", ident(key)))
        .collect();
    let index = |word: &str, on: &str, which: &str| {
        let name = format!("{name}_{word}");
        let sql = format!(
            "create unique index if not exists {} on {table} ({keys}{on}){which};",
            ident(&name)
        );
        Part::new(Piece::Index, name, sql)
    };
    let version = index("version_key", "version", "");
    let number = format!(
        "update {table} set version = \
         (select count(*) from {table} t where t.rowid <= {table}.rowid);\n{}",
        version.sql
    );
    [
        Part {
            fallback: Some(number),
            ..version
        },
        index("one_active", "status", " where status = 'active'"),
    ]
}

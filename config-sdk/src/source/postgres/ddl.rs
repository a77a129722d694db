//! A block's table in Postgres, part by part.

use std::fmt::Write as _;

use super::adopted;
use super::names::{named, quoted, quoted_table};
use super::rules;
use super::triggers::triggers;
use crate::schema::{BlockSchema, Kind};
use crate::source::ddl::{BOOKKEEPING_COLUMNS, Blueprint, Part, Piece, ident, text};

/// Everything in the schema `config_sdk`.
pub(crate) const BOOKKEEPING: &str = include_str!("bookkeeping.sql");

/// The version that [`BOOKKEEPING`] says it is. To be raised with every change of it.
pub(super) const BOOKKEEPING_VERSION: u32 = 3;

/// How the comment of a constraint begins if it is one of ours. The comment keeps the rule as it was
/// written: what Postgres prints of a CHECK is its own wording, and differs between releases.
pub(super) const OURS: &str = "config-sdk: ";

const STATUS: &str = "draft | active | archived. At most one row is active, and readers read that \
                      one; archive it before making another one active, in one transaction.";

const STATUS_OF_KEY: &str = "draft | active | archived. At most one row of each key is active, and \
                             readers read that one; archive it before making another one active, in \
                             one transaction.";

const KEY: &str = "Part of the key. The row in which the whole key is NULL is what the others inherit \
                   from.";

/// What `block`'s table should be.
pub(crate) fn blueprint(block: &BlockSchema) -> Blueprint<'_> {
    if block.adopt {
        let table = quoted_table(&block.table);
        return Blueprint { block, parts: adopted::parts(block, &table), table };
    }
    let keys: Vec<_> = block.keys.iter().map(|key| key.name).collect();
    let table = &Table::new(block, &keys);
    let mut parts = Vec::new();
    if let Some(schema) = table.schema {
        let sql = format!("create schema if not exists {};", ident(schema));
        parts.push(Part::new(Piece::Schema, schema, sql));
    }
    parts.push(Part::new(Piece::Table, "", table.create(block)));
    parts.extend(table.columns(block).map(|(name, sort)| table.column(name, &sort)));
    parts.push(table.check("status", "status in ('draft', 'active', 'archived')"));
    parts.extend(keys.first().map(|first| table.check(first, &rules::whole_key(&keys))));
    parts.extend(
        (block.fields.iter())
            .filter_map(|field| Some(table.check(field.column, &rules::condition(field)?))),
    );
    parts.extend(table.indexes());
    parts.extend(triggers(block, &table.quoted, table.keys));
    parts.push(table.comments(block));
    Blueprint { block, table: table.quoted.clone(), parts }
}

/// The type of a field's column, as the catalog prints it.
pub(super) fn column_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "boolean",
        Kind::Integer => "bigint",
        Kind::BigInteger | Kind::Decimal => "numeric",
        Kind::Float => "double precision",
        Kind::Text | Kind::Duration => "text",
        Kind::Timestamp => "timestamp with time zone",
        Kind::Json => "jsonb",
    }
}

/// What the columns of every table are, as the catalog prints it and with what else is said of them.
fn bookkeeping_type(column: &str) -> (&'static str, &'static str) {
    match column {
        "id" => ("bigint", " generated always as identity primary key"),
        "version" => ("bigint", " not null default 0"),
        "status" => ("text", " not null default 'draft'"),
        "created_at" | "activated_at" => ("timestamp with time zone", ""),
        _ => ("text", ""),
    }
}

/// A table's names, and what is made of them.
struct Table<'a> {
    schema: Option<&'a str>,
    name: &'a str,
    quoted: String,
    keys: &'a [&'a str],
}

impl<'a> Table<'a> {
    fn new(block: &'a BlockSchema, keys: &'a [&'a str]) -> Self {
        let (schema, name) = match block.table.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, block.table.as_str()),
        };
        Self { schema, name, quoted: quoted_table(&block.table), keys }
    }

    /// Every column with its type: bookkeeping before and after, keys and fields between.
    fn columns<'b>(&'b self, block: &'b BlockSchema) -> impl Iterator<Item = (&'b str, Sort)> {
        let bookkeeping = |name: &'b &'static str| (*name, bookkeeping_type(name));
        let (before, after) = BOOKKEEPING_COLUMNS.split_at(3);
        let keys = self.keys.iter().map(|key| (*key, ("text", "")));
        let fields =
            (block.fields.iter()).map(|field| (field.column, (column_type(field.kind), "")));
        (before.iter().map(bookkeeping))
            .chain(keys)
            .chain(fields)
            .chain(after.iter().map(bookkeeping))
    }

    fn create(&self, block: &BlockSchema) -> String {
        let columns: Vec<_> = (self.columns(block))
            .map(|(name, (sort, more))| format!("    {} {sort}{more}", ident(name)))
            .collect();
        format!("create table if not exists {} (\n{}\n);", self.quoted, columns.join(",\n"))
    }

    fn column(&self, name: &str, (sort, more): &Sort) -> Part {
        let (table, column) = (&self.quoted, ident(name));
        // A table that is there already may have another primary key.
        let more = more.replace("primary key", "unique");
        let sql = format!("alter table {table} add column if not exists {column} {sort}{more};");
        let check = ident(&named(&[self.name, name, "check"]));
        Part {
            column: Some(name.to_owned()),
            // Any identifier will do: it only has to tell the rows apart.
            identity: if name == "id" { "" } else { sort }.to_owned(),
            // By way of text, which turns nothing into something else. A check speaks of one type.
            fallback: Some(format!(
                "alter table {table} drop constraint if exists {check},\n    \
                 alter column {column} type {sort} using {column}::text::{sort};"
            )),
            ..Part::new(Piece::Column, name, sql)
        }
    }

    fn check(&self, column: &str, condition: &str) -> Part {
        let (table, name) = (&self.quoted, named(&[self.name, column, "check"]));
        let sql = |not_valid: &str| {
            format!(
                "alter table {table} drop constraint if exists {0};\n\
                 alter table {table} add constraint {0} check ({condition}){not_valid};\n\
                 comment on constraint {0} on {table} is {1};",
                ident(&name),
                text(&format!("{OURS}{condition}")),
            )
        };
        Part {
            column: Some(column.to_owned()),
            identity: condition.to_owned(),
            fallback: Some(sql(" not valid")),
            ..Part::new(Piece::Check, &*name, sql(""))
        }
    }

    /// Unique are the version and the active row: of the block, or of each of its keys. Nulls do not
    /// meet in a unique index, so the row without a key has one of its own.
    fn indexes(&self) -> Vec<Part> {
        let keys = self.keys;
        let index = |word: &str, columns: &[&str], which: &str| {
            let name = named(&[self.name, word]);
            let sql = format!(
                "{}create unique index if not exists {} on {} ({}){which};",
                // One of the time when the block had another key would refuse the rows of this one.
                if keys.is_empty() { String::new() } else { self.drop_index(&name) },
                ident(&name),
                self.quoted,
                columns
                    .iter()
                    .map(|column| self.index_column(column))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            Part { identity: columns.join(","), ..Part::new(Piece::Index, name, sql) }
        };
        let version = index("version_key", &[keys, &["version"]].concat(), "");
        let by = keys.iter().map(|key| ident(key)).collect::<Vec<_>>().join(", ");
        let of_key = if keys.is_empty() { String::new() } else { format!("partition by {by} ") };
        let number = format!(
            "update {0} t set version = n.version\n    \
             from (select id, row_number() over ({of_key}order by id) as version from {0}) n\n    \
             where t.id = n.id;\n{1}",
            self.quoted, version.sql
        );
        let version = Part { fallback: Some(number), ..version };
        let active = " where status = 'active'";
        if keys.is_empty() {
            return vec![version, index("one_active", &["status"], active)];
        }
        let no_key: String =
            keys.iter().map(|key| format!(" and {} is null", ident(key))).collect();
        vec![
            version,
            index("one_active", keys, active),
            index("one_shared", &["status"], &format!("{active}{no_key}")),
        ]
    }

    fn index_column(&self, column: &str) -> String {
        if self.keys.contains(&column) { ident(column) } else { column.to_owned() }
    }

    fn drop_index(&self, name: &str) -> String {
        format!("drop index if exists {};\n", quoted(self.schema, name))
    }

    /// All comments are one part, whose identity is all of them.
    fn comments(&self, block: &BlockSchema) -> Part {
        let table = &self.quoted;
        let about = format!(
            "{}{}Block {}. NULL in a column means the compiled-in default.",
            block.doc,
            if block.doc.is_empty() { "" } else { "\n\n" },
            block.name
        );
        let mut sql = format!("comment on table {table} is {};", text(&about));
        let status = if self.keys.is_empty() { STATUS } else { STATUS_OF_KEY };
        let mut identity = vec![("", about.as_str()), ("status", status)];
        identity.extend(self.keys.iter().map(|key| (*key, KEY)));
        identity.extend(block.fields.iter().map(|field| (field.column, field.doc)));
        for (column, comment) in &identity[1..] {
            let comment = if comment.is_empty() { "null".to_owned() } else { text(comment) };
            // Writing to a String does not fail.
            let _ = write!(sql, "\ncomment on column {table}.{} is {comment};", ident(column));
        }
        Part { identity: described(identity.into_iter()), ..Part::new(Piece::Comments, "", sql) }
    }
}

/// A type and what else is said of its column.
type Sort = (&'static str, &'static str);

/// Comments by column as one text, in the columns' order; the table's own stands first.
pub(super) fn described<'a>(comments: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut lines: Vec<_> = comments
        .filter(|(_, comment)| !comment.is_empty())
        .map(|(column, comment)| format!("{column}: {comment}"))
        .collect();
    lines.sort();
    lines.join("\n")
}

#[cfg(test)]
mod tests;

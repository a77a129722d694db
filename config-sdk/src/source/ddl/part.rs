//! A block's table taken apart, so that each part can be printed, looked for and mended by itself.

use std::collections::BTreeMap;

use crate::schema::{BlockSchema, Kind};

/// The columns of every block's table that are not fields.
pub(crate) const BOOKKEEPING_COLUMNS: [&str; 7] =
    ["id", "version", "status", "created_at", "created_by", "reason", "activated_at"];

/// What a block's table should be.
#[derive(Debug)]
pub(crate) struct Blueprint<'a> {
    /// The block.
    pub(crate) block: &'a BlockSchema,
    /// Its table as SQL names it, quoted.
    pub(crate) table: String,
    /// Its parts, in the order in which they can be made.
    pub(crate) parts: Vec<Part>,
}

impl Blueprint<'_> {
    /// Whether a column is one of its key.
    pub(crate) fn is_key(&self, column: &str) -> bool {
        self.block.keys.iter().any(|key| key.name == column)
    }
}

/// One part of a block's table.
#[derive(Debug)]
pub(crate) struct Part {
    /// What it is.
    pub(crate) piece: Piece,
    /// Its name in the catalog; of what a table has one of, none.
    pub(crate) name: String,
    /// The column it is about.
    pub(crate) column: Option<String>,
    /// What the catalog shows of it if it is as it should be.
    pub(crate) identity: String,
    /// What makes it, or makes it anew.
    pub(crate) sql: String,
    /// What to do where `sql` cannot be: for a column of another type what a person may run, for
    /// the others what rows that stand in the way still allow.
    pub(crate) fallback: Option<String>,
}

impl Part {
    /// A part without column, identity and fallback.
    pub(crate) fn new(piece: Piece, name: impl Into<String>, sql: String) -> Self {
        Self {
            piece,
            name: name.into(),
            column: None,
            identity: String::new(),
            sql,
            fallback: None,
        }
    }
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Piece {
    /// The schema a table is in.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite has none"))]
    Schema,
    /// The table itself; what else there is depends on it.
    Table,
    /// A column; a new table has them all from the start.
    Column,
    /// The rules of a field.
    Check,
    /// A unique index.
    Index,
    /// A trigger.
    Trigger,
    /// All comments together.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite has none"))]
    Comments,
}

/// What the catalog shows of a block's table.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Each part's identity.
    pub(crate) parts: BTreeMap<(Piece, String), String>,
    /// Another table that has this block's triggers.
    pub(crate) elsewhere: Option<String>,
}

impl Found {
    /// Takes the columns of an adopted table for what they should be wherever their type `takes` what
    /// the field is stored as.
    pub(crate) fn accept(&mut self, wanted: &Blueprint<'_>, takes: fn(Kind, &str) -> bool) {
        for field in &wanted.block.fields {
            let is_its = |part: &&Part| part.column.as_deref() == Some(field.column);
            let part = wanted.parts.iter().find(is_its);
            let have = self.parts.get_mut(&(Piece::Column, field.column.to_owned()));
            if let (Some(part), Some(have)) = (part, have)
                && takes(field.kind, have)
            {
                have.clone_from(&part.identity);
            }
        }
    }
}

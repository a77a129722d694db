//! One entry of an operator's write in SQL.

use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use super::names::quoted_table;
use super::places;
use super::select::{escaped, object};
use crate::source::ddl::ident;
use crate::source::{Deed, Entry, Place, Texts};

/// What the server says, after a number, if there were not as many rows as were to be written.
pub(super) const ODD: &str = " rows were written";

/// A statement, and the texts that it takes for `$1`, `$2`, …: those of a block with secrets, which the
/// server would write to its log with a statement that fails.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) texts: Vec<Text>,
}

/// A text that the server takes for whatever type stands there.
#[derive(Clone)]
pub(super) struct Text(String);

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl ToSql for Text {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

impl Statement {
    pub(super) fn plain(sql: String) -> Self {
        Self { sql, texts: Vec::new() }
    }
}

/// What does an entry, where there is an active row or none.
pub(super) fn of(number: usize, entry: &Entry, is_there: bool) -> Vec<Statement> {
    let place = &entry.place;
    let Table { table, rows, active, version } = &Table::of(place);
    let mut values = Values { hides: place.block.fields.iter().any(|f| f.secret), texts: vec![] };
    let status =
        |to: &str, rows: &str| format!("update {table} t set status = '{to}' where {rows}");
    let (all, version) = match &entry.deed {
        Deed::Hold => return vec![],
        Deed::Set(texts) if is_there && texts.0.is_empty() => return vec![],
        Deed::Set(texts) if is_there => {
            let set = texts.0.iter().map(|(column, text)| {
                format!("{} = {}", ident(column), values.put(text.as_deref()))
            });
            let set = set.collect::<Vec<_>>().join(", ");
            (vec![format!("update {table} t set {set} where {rows}{active}")], *version)
        }
        Deed::Set(texts) => (vec![insert(place, "active", texts, &mut values)], *version),
        Deed::Save(texts) => (vec![insert(place, "draft", texts, &mut values)], *version),
        Deed::Activate(draft) => {
            let archive = is_there.then(|| status("archived", &format!("{rows}{active}")));
            let activate = status("active", &is_draft(rows, *draft));
            (archive.into_iter().chain([activate]).collect(), *version)
        }
        Deed::Discard(draft) => {
            let sql = format!("delete from {table} t where {}", is_draft(rows, *draft));
            (vec![sql], "null::bigint")
        }
    };
    // Exactly one row each, or none of all: whatever else the table has of triggers and policies.
    let one = |sql: String| Statement {
        sql: format!(
            "with w as ({sql} returning {version} as version) select {number} as entry, \
             case count(*) when 1 then max(version) else (count(*) || '{ODD}')::bigint \
             end as version from w"
        ),
        texts: values.texts.clone(),
    };
    all.into_iter().map(one).collect()
}

/// Locks the row of an adopted table, whose writers need not have waited for the epoch.
pub(super) fn lock(place: &Place) -> String {
    let Table { table, rows, .. } = Table::of(place);
    format!("select from {table} t where {rows} for update")
}

/// Asks whether the draft is there that an entry is about.
pub(super) fn has_draft(number: usize, entry: &Entry) -> Option<String> {
    let Table { table, rows, .. } = Table::of(&entry.place);
    let rows = is_draft(&rows, draft(entry)?);
    Some(format!("select {number} as draft_of from {table} t where {rows}"))
}

pub(super) fn draft(entry: &Entry) -> Option<u64> {
    match entry.deed {
        Deed::Activate(version) | Deed::Discard(version) => Some(version),
        _ => None,
    }
}

/// Tells of a row that was written, if no trigger has told of its block by `epoch`.
pub(super) fn tell(place: &Place, epoch: u64) -> String {
    let block = place.block;
    let name = escaped(block.name);
    let key = place.key.as_ref().map(|key| escaped(&object(block, key).to_string()));
    format!(
        "select config_sdk.invalidate({name}, {}) where not exists (select from config_sdk.change c \
         where c.epoch = {epoch} and c.block = {name} and c.what <> 'invalidate')",
        key.as_deref().unwrap_or("null"),
    )
}

/// How the table of a place, called `t`, is written in SQL.
struct Table {
    table: String,
    /// The condition of the place's rows, and what makes it that of the active one.
    rows: String,
    active: &'static str,
    /// The version of a row.
    version: &'static str,
}

impl Table {
    fn of(place: &Place) -> Self {
        let (active, version) = match place.block.adopt {
            true => ("", "0::bigint"),
            false => (" and t.status = 'active'", "t.version"),
        };
        let table = quoted_table(&place.block.table);
        Self { table, rows: places::condition(place), active, version }
    }
}

fn is_draft(rows: &str, version: u64) -> String {
    format!("{rows} and t.status = 'draft' and t.version = {version}")
}

/// A row of `place`, with its key.
fn insert(place: &Place, status: &str, texts: &Texts, values: &mut Values) -> String {
    let block = place.block;
    let mut columns = Vec::new();
    if !block.adopt {
        columns.push(("status".to_owned(), escaped(status)));
    }
    let parts = place.key.iter().flat_map(|key| key.parts());
    columns
        .extend(block.keys.iter().zip(parts).map(|(key, part)| (ident(key.name), escaped(part))));
    let texts = texts.0.iter();
    columns.extend(texts.map(|(name, text)| (ident(name), values.put(text.as_deref()))));
    let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    let table = quoted_table(&block.table);
    match names.is_empty() {
        true => format!("insert into {table} as t default values"),
        false => format!(
            "insert into {table} as t ({}) values ({})",
            names.join(", "),
            values.join(", ")
        ),
    }
}

/// The texts of a statement, put into it or beside it.
struct Values {
    hides: bool,
    texts: Vec<Text>,
}

impl Values {
    fn put(&mut self, text: Option<&str>) -> String {
        match text {
            None => "null".to_owned(),
            Some(text) if self.hides => {
                self.texts.push(Text(text.to_owned()));
                format!("${}", self.texts.len())
            }
            Some(text) => escaped(text),
        }
    }
}

//! What an operator's write is in SQL.

use tokio_postgres::SimpleQueryRow;

use super::names::quoted_table;
use super::refusal::without_nul;
use super::select::escaped;
use super::{fleet, places};
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::ddl::ident;
use crate::source::{Deed, Entry, Place, SourceError, Texts, Write, WriteError, Written};

/// What the server says, after a number, if there were not as many rows as were to be written.
pub(super) const ODD: &str = " rows were written";

/// Deeds that can be done, and where.
pub(super) struct Deeds<'a> {
    pub(super) write: &'a Write,
    /// The place of each.
    pub(super) places: Vec<Place>,
}

impl<'a> Deeds<'a> {
    /// # Errors
    /// If one of them cannot be done, whatever is there.
    pub(super) fn of(write: &'a Write) -> Result<Self, WriteError> {
        without_nul("the author", write.author.as_deref().unwrap_or_default())?;
        without_nul("the reason", write.reason.as_deref().unwrap_or_default())?;
        for (_, note) in &write.expires {
            without_nul("the note", note)?;
        }
        write.entries.iter().try_for_each(can_be_done)?;
        if write.undoes.iter().any(|id| i64::try_from(*id).is_err()) {
            return Err(WriteError::Undone);
        }
        Ok(Self { write, places: write.entries.iter().map(|entry| entry.place.clone()).collect() })
    }

    /// Whether a secret is among what is written.
    pub(super) fn hold_secrets(&self) -> bool {
        let secret = |entry: &Entry| {
            let is_set = |column| texts(entry).is_some_and(|texts| texts.0.contains_key(column));
            entry.place.block.fields.iter().any(|field| field.secret && is_set(field.column))
        };
        self.write.entries.iter().any(secret)
    }

    /// Says who writes and why, waits for its turn, and asks what is there: for an answer of
    /// [`places::found`] and [`conflicts`](Self::conflicts).
    pub(super) fn begin(&self) -> String {
        let said = |what: &str, text: &Option<String>| {
            let text = escaped(text.as_deref().unwrap_or_default());
            format!("set_config('config_sdk.{what}', {text}, true)")
        };
        let author = said("author", &self.write.author);
        let mut sql = vec![
            format!("select {author}, {}", said("reason", &self.write.reason)),
            "select config_sdk.begin_write()".to_owned(),
            "set local timezone = 'UTC'".to_owned(),
        ];
        let undone = |id| format!("select config_sdk.undo({id}) as undone");
        sql.extend(self.write.undoes.iter().map(undone));
        // Who writes an adopted table need not have waited for the epoch.
        let adopted = self.places.iter().filter(|place| place.block.adopt);
        sql.extend(adopted.map(|place| {
            let Table { table, rows, .. } = Table::of(place);
            format!("select from {table} t where {rows} for update")
        }));
        if !self.places.is_empty() {
            sql.push(places::sql(&self.places));
        }
        let drafts = self.write.entries.iter().enumerate().filter_map(|(number, entry)| {
            let Table { table, rows, .. } = Table::of(&entry.place);
            let rows = is_draft(&rows, draft(entry)?);
            Some(format!("select {number} as draft_of from {table} t where {rows}"))
        });
        sql.extend(drafts);
        sql.join("; ")
    }

    /// The places where something else is `there` than an entry was made from, by that answer.
    pub(super) fn conflicts(
        &self,
        answer: &[SimpleQueryRow],
        there: &[Option<Record>],
    ) -> Vec<(Place, Option<Record>)> {
        let mut conflicts: Vec<(Place, Option<Record>)> = Vec::new();
        for (number, (entry, there)) in self.write.entries.iter().zip(there).enumerate() {
            let has_draft =
                || answer.iter().any(|row| number_of(row, "draft_of") == Some(number as u64));
            let is_held = is_same(entry.place.block, entry.from.as_ref(), there.as_ref())
                && (draft(entry).is_none() || has_draft());
            if !is_held && conflicts.iter().all(|(place, _)| *place != entry.place) {
                conflicts.push((entry.place.clone(), there.clone()));
            }
        }
        conflicts
    }

    /// Does it all where these rows are `there`, for an answer of [`written`](Self::written).
    pub(super) fn finish(&self, there: &[Option<Record>]) -> String {
        // What the tables' own triggers and defaults make of time is as they are used to.
        let mut sql = vec!["set local timezone to default".to_owned()];
        for (number, (entry, there)) in self.write.entries.iter().zip(there).enumerate() {
            sql.extend(statements(number, entry, there.is_some()));
        }
        sql.extend(self.write.expires.iter().map(|(after, note)| {
            format!("select config_sdk.expire_in({}, {})", fleet::interval(*after), escaped(note))
        }));
        sql.push("select epoch from config_sdk.epoch".to_owned());
        sql.join("; ")
    }

    /// What came of it, by that answer; it is what is there now, where nothing was to be done.
    ///
    /// # Errors
    /// If the server did not say the epoch.
    pub(super) fn written(
        &self,
        answer: &[SimpleQueryRow],
        there: &[Option<Record>],
    ) -> Result<Written, WriteError> {
        let epoch = cell(answer, "epoch").and_then(|epoch| epoch.parse().ok());
        let epoch =
            epoch.ok_or_else(|| SourceError::refused("the server did not say the new epoch"))?;
        let mut versions: Vec<u64> =
            there.iter().map(|there| there.as_ref().map_or(0, |there| there.version)).collect();
        for row in answer {
            let entry = number_of(row, "entry").and_then(|entry| usize::try_from(entry).ok());
            let slot = entry.and_then(|entry| versions.get_mut(entry));
            if let (Some(slot), Some(version)) = (slot, number_of(row, "version")) {
                *slot = version;
            }
        }
        Ok(Written::new(epoch, versions))
    }
}

/// The first cell of that name in an answer of several statements.
pub(super) fn cell<'a>(answer: &'a [SimpleQueryRow], name: &str) -> Option<&'a str> {
    answer.iter().find_map(|row| row.try_get(name).ok().flatten())
}

fn number_of(row: &SimpleQueryRow, name: &str) -> Option<u64> {
    row.try_get(name).ok().flatten()?.parse().ok()
}

fn can_be_done(entry: &Entry) -> Result<(), SourceError> {
    let place = &entry.place;
    places::check(place)?;
    for (column, text) in texts(entry).iter().flat_map(|texts| &texts.0) {
        without_nul(&format!("{place}: column `{column}`"), text.as_deref().unwrap_or_default())?;
    }
    match entry.deed {
        Deed::Save(_) | Deed::Activate(_) | Deed::Discard(_) if place.block.adopt => {
            Err(SourceError::refused(format!(
                "{place}: table {} was there before and has no column for a state, so it has no \
                 drafts: set the row itself",
                place.block.table
            )))
        }
        _ => Ok(()),
    }
}

/// Whether what is there is what an entry was made from.
fn is_same(block: &BlockSchema, from: Option<&Record>, there: Option<&Record>) -> bool {
    let text = |of: &Record, column| of.columns.get(column).cloned().flatten();
    match (from, there) {
        (Some(from), Some(there)) if block.adopt => {
            let mut columns = block.fields.iter().map(|field| field.column);
            columns.all(|column| text(from, column) == text(there, column))
        }
        (Some(from), Some(there)) => from.version == there.version,
        (from, there) => from.is_none() && there.is_none(),
    }
}

fn texts(entry: &Entry) -> Option<&Texts> {
    match &entry.deed {
        Deed::Set(texts) | Deed::Save(texts) => Some(texts),
        _ => None,
    }
}

fn draft(entry: &Entry) -> Option<u64> {
    match entry.deed {
        Deed::Activate(version) | Deed::Discard(version) => Some(version),
        _ => None,
    }
}

fn statements(number: usize, entry: &Entry, is_there: bool) -> Vec<String> {
    let place = &entry.place;
    let Table { table, rows, active, version } = &Table::of(place);
    // Exactly one row each, or none of all: whatever else the table has of triggers and policies.
    let one = |sql: String, version: &str| {
        format!(
            "with w as ({sql} returning {version} as version) select {number} as entry, \
             case count(*) when 1 then max(version) else (count(*) || '{ODD}')::bigint \
             end as version from w"
        )
    };
    match &entry.deed {
        Deed::Hold => vec![],
        Deed::Set(texts) if is_there && texts.0.is_empty() => vec![],
        Deed::Set(texts) if is_there => {
            let set = |(column, text): (&String, &Option<String>)| {
                format!("{} = {}", ident(column), literal(text.as_deref()))
            };
            let set: Vec<_> = texts.0.iter().map(set).collect();
            let sql = format!("update {table} t set {} where {rows}{active}", set.join(", "));
            vec![one(sql, version)]
        }
        Deed::Set(texts) => vec![one(insert(place, "active", texts), version)],
        Deed::Save(texts) => vec![one(insert(place, "draft", texts), version)],
        Deed::Activate(draft) => {
            let archive = format!("update {table} t set status = 'archived' where {rows}{active}");
            let activate =
                format!("update {table} t set status = 'active' where {}", is_draft(rows, *draft));
            let archive = is_there.then(|| one(archive, version));
            archive.into_iter().chain([one(activate, version)]).collect()
        }
        Deed::Discard(draft) => {
            vec![one(
                format!("delete from {table} t where {}", is_draft(rows, *draft)),
                "0::bigint",
            )]
        }
    }
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
fn insert(place: &Place, status: &str, texts: &Texts) -> String {
    let block = place.block;
    let mut columns = Vec::new();
    if !block.adopt {
        columns.push(("status".to_owned(), escaped(status)));
    }
    let parts = place.key.iter().flat_map(|key| key.parts());
    columns
        .extend(block.keys.iter().zip(parts).map(|(key, part)| (ident(key.name), escaped(part))));
    columns.extend(texts.0.iter().map(|(name, text)| (ident(name), literal(text.as_deref()))));
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

fn literal(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), escaped)
}

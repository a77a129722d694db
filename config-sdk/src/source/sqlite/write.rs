//! Writing rows of an SQLite file: all of a write in one transaction, or nothing.

use rusqlite::types::Value;
use rusqlite::{
    Connection, OptionalExtension, Result, Transaction, TransactionBehavior, params,
    params_from_iter,
};

use super::ddl::table_name;
use super::past::seconds;
use super::select::is_active;
use super::told;
use super::writer::{Failure, active};
use crate::number;
use crate::record::Record;
use crate::schema::{FieldSchema, Kind};
use crate::source::ddl::ident;
use crate::source::{Deed, Entry, Place, Texts, Write, WriteError, Written, checked};

/// Does all of `write`, if every row is what it was made from.
///
/// Writers queue for the file before anything is read, so what was compared stands until the end.
pub(super) fn write(
    connection: &mut Connection,
    write: &Write,
) -> std::result::Result<std::result::Result<Written, WriteError>, Failure> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for id in &write.undoes {
        if moment.execute("delete from config_sdk_expiry where id = ?1", [signed(*id)])? == 0 {
            return Ok(Err(WriteError::Undone));
        }
    }
    let mut conflicts = Vec::new();
    for entry in &write.entries {
        let there = active(&moment, &entry.place)?;
        if !checked::is_from(entry, there.as_ref()) || !has_draft(&moment, entry)? {
            conflicts.push((entry.place.clone(), there));
        }
    }
    if !conflicts.is_empty() {
        return Ok(Err(WriteError::Conflict(conflicts)));
    }
    told::check(&moment, write)?;
    let before = epoch(&moment)?;
    moment.execute(
        "insert or replace into config_sdk_author (author, reason, via) values (?1, ?2, 'config-sdk')",
        params![write.author, write.reason],
    )?;
    let mut drafts = Vec::new();
    for entry in &write.entries {
        let logged = told::newest(&moment)?;
        drafts.push(Row::of(&moment, &entry.place).apply(entry)?);
        told::tell(&moment, write, entry, logged)?;
    }
    for (after, note) in &write.expires {
        moment.execute(
            "insert into config_sdk_expiry (at, note, who) values \
             (strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?1), ?2, coalesce(?3, 'sql'))",
            params![seconds(*after), note, write.author],
        )?;
    }
    moment.execute("delete from config_sdk_author", [])?;
    let epoch = joined(&moment, before)?;
    let mut versions = Vec::new();
    for (entry, draft) in write.entries.iter().zip(drafts) {
        let now = active(&moment, &entry.place)?;
        keeps_digits(entry, now.as_ref())?;
        versions.push(draft.or(now.map(|record| record.version)).unwrap_or(0));
    }
    moment.commit()?;
    Ok(Ok(Written::new(epoch, versions)))
}

/// Refuses to store a number that a column of an adopted table has rounded: its type is the owner's.
fn keeps_digits(entry: &Entry, now: Option<&Record>) -> std::result::Result<(), Failure> {
    let (Place { block, .. }, Deed::Set(texts)) = (&entry.place, &entry.deed) else {
        return Ok(());
    };
    let is_number = |field: &&FieldSchema| matches!(field.kind, Kind::Decimal | Kind::BigInteger);
    for field in block.fields.iter().filter(is_number).filter(|_| block.adopt) {
        let kept = now.and_then(|record| record.columns.get(field.column)?.as_deref());
        let Some(Some(meant)) = texts.0.get(field.column) else { continue };
        if kept != Some(meant) && kept.map(number::decimal) != Some(number::decimal(meant)) {
            return Err(Failure::Refused(format!(
                "column {} of table {} does not keep every digit of the number: make it text",
                field.column, block.table
            )));
        }
    }
    Ok(())
}

/// Makes one epoch of those that a write's statements made one by one. Nobody has seen them yet.
fn joined(moment: &Transaction<'_>, before: u64) -> Result<u64> {
    let one = signed(before) + 1;
    moment.execute("update config_sdk_epoch set epoch = ?1 where epoch > ?1", [one])?;
    moment.execute("update config_sdk_change set epoch = ?1 where epoch > ?1", [one])?;
    epoch(moment)
}

fn epoch(moment: &Connection) -> Result<u64> {
    let epoch =
        moment.query_row("select epoch from config_sdk_epoch", [], |row| row.get::<_, i64>(0))?;
    Ok(u64::try_from(epoch).unwrap_or(0))
}

/// Whether the draft is there that an entry needs.
fn has_draft(moment: &Connection, entry: &Entry) -> Result<bool> {
    match entry.deed {
        Deed::Activate(version) | Deed::Discard(version) => {
            Row::of(moment, &entry.place).draft(version).map(|found| found.is_some())
        }
        Deed::Set(_) | Deed::Save(_) | Deed::Hold => Ok(true),
    }
}

/// Where in the file an entry's rows are.
struct Row<'a> {
    moment: &'a Connection,
    place: &'a Place,
    table: String,
    /// That a row is of this place, the parts of the key being the first parameters.
    is_its: String,
    key: Vec<Value>,
}

impl<'a> Row<'a> {
    fn of(moment: &'a Connection, place: &'a Place) -> Self {
        let mut parts = place.key.iter().flat_map(|key| key.parts());
        let keys = &place.block.keys;
        let key =
            keys.iter().map(|_| parts.next().map_or(Value::Null, |part| part.to_owned().into()));
        let same =
            keys.iter().zip(1..).map(|(key, at)| format!(" and {} is ?{at}", ident(key.name)));
        Self {
            moment,
            place,
            table: ident(&table_name(place.block)),
            is_its: format!("true{}", same.collect::<String>()),
            key: key.collect(),
        }
    }

    /// Does what an entry says, and yields the version of the draft that it made.
    fn apply(&self, entry: &Entry) -> std::result::Result<Option<u64>, Failure> {
        match &entry.deed {
            Deed::Set(texts) if entry.from.is_some() => self.update(texts)?,
            Deed::Set(texts) => self.insert(texts, "active")?,
            Deed::Save(texts) => {
                self.insert(texts, "draft")?;
                let sql = format!("select version from {} where rowid = ?1", self.table);
                let row = self.moment.last_insert_rowid();
                let version = self.moment.query_row(&sql, [row], |row| row.get::<_, i64>(0))?;
                return Ok(Some(u64::try_from(version).unwrap_or(0)));
            }
            Deed::Activate(version) => {
                let draft = self.draft(*version)?;
                let archive = format!(
                    "update {} set status = 'archived' where status = 'active' and {}",
                    self.table, self.is_its
                );
                self.moment.execute(&archive, params_from_iter(&self.key))?;
                let activate =
                    format!("update {} set status = 'active' where rowid = ?1", self.table);
                self.moment.execute(&activate, [draft])?;
            }
            Deed::Discard(version) => {
                let draft = self.draft(*version)?;
                let discard = format!("delete from {} where rowid = ?1", self.table);
                self.moment.execute(&discard, [draft])?;
            }
            Deed::Hold => {}
        }
        Ok(None)
    }

    fn update(&self, texts: &Texts) -> std::result::Result<(), Failure> {
        let first = self.key.len() + 1;
        let set =
            texts.0.keys().zip(first..).map(|(column, at)| format!("{} = ?{at}", ident(column)));
        let set: Vec<_> = set.collect();
        if set.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "update {} set {} where {} and {}",
            self.table,
            set.join(", "),
            is_active(self.place.block),
            self.is_its
        );
        let params = self.key.iter().cloned().chain(self.values(texts));
        match self.moment.execute(&sql, params_from_iter(params))? {
            1 => Ok(()),
            rows => Err(Failure::Refused(format!(
                "{} has {rows} rows for {}, and one was to be changed: leave one",
                self.table, self.place
            ))),
        }
    }

    fn insert(&self, texts: &Texts, status: &str) -> std::result::Result<(), Failure> {
        let status = (!self.place.block.adopt).then(|| ("status", status.to_owned().into()));
        let keys = self.place.block.keys.iter().map(|key| key.name).zip(self.key.iter().cloned());
        let fields = texts.0.keys().map(String::as_str).zip(self.values(texts));
        let (columns, values): (Vec<_>, Vec<Value>) =
            status.into_iter().chain(keys).chain(fields).map(|(name, v)| (ident(name), v)).unzip();
        let sql = match columns.is_empty() {
            true => format!("insert into {} default values", self.table),
            false => format!(
                "insert into {} ({}) values ({})",
                self.table,
                columns.join(", "),
                vec!["?"; values.len()].join(", ")
            ),
        };
        self.moment.execute(&sql, params_from_iter(values))?;
        Ok(())
    }

    fn draft(&self, version: u64) -> Result<Option<i64>> {
        let sql = format!(
            "select rowid from {} where {} and status = 'draft' and version = ?{}",
            self.table,
            self.is_its,
            self.key.len() + 1
        );
        let params = self.key.iter().cloned().chain([signed(version).into()]);
        self.moment.query_row(&sql, params_from_iter(params), |row| row.get(0)).optional()
    }

    fn values<'t>(&'t self, texts: &'t Texts) -> impl Iterator<Item = Value> + 't {
        let fields = &self.place.block.fields;
        texts.0.iter().map(|(column, text)| {
            let field = fields.iter().find(|field| field.column == column);
            text.as_ref().map_or(Value::Null, |text| value(field, text))
        })
    }
}

/// A field's text as its column holds it. What is no such value stays text: the rules of the table
/// refuse that in their own words.
fn value(field: Option<&FieldSchema>, text: &str) -> Value {
    let value = match field.map(|field| field.kind) {
        Some(Kind::Bool) => text.parse::<bool>().ok().map(|is| i64::from(is).into()),
        Some(Kind::Integer) => text.parse().ok().map(Value::Integer),
        Some(Kind::Float) => {
            text.parse().ok().filter(|float: &f64| float.is_finite()).map(Value::Real)
        }
        _ => None,
    };
    value.unwrap_or_else(|| Value::Text(text.to_owned()))
}

/// SQLite's numbers are signed; no store of it holds a larger one.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

//! What an SQLite file keeps for operators: what rows were, drafts, what expires, defaults, processes.

use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, Result, Row, Transaction, TransactionBehavior, params_from_iter};

use super::select::{KeyedRow, Selection, text};
use super::writer::{Failure, selection};
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::ddl::{ident, text as literal};
use crate::source::{DefaultText, Done, Expiring, Logged, Past, Place, Reported, RowState, row};
use crate::time;

/// Longer than anything is kept, and short enough for SQLite's calendar.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// What the rows of a place are and were.
pub(super) fn past(
    connection: &mut Connection,
    place: &Place,
    limit: usize,
) -> std::result::Result<Past, Failure> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let order = if place.block.adopt { "" } else { " order by version desc" };
    let same = place.block.keys.iter().zip(1..);
    let same = same.map(|(key, at)| format!(" and {} is ?{at}", ident(key.name)));
    let condition = format!("true{}{order}", same.collect::<String>());
    let rows = selection(&moment, place.block, |selection: Selection<'_>| {
        selection.of_any_state(&condition, params_from_iter(key(place)))
    })?;
    let rows = rows.into_iter().map(|((_, record), status)| (state(status.as_deref()), record));
    Ok(Past::new(rows.collect(), log(&moment, place, limit)?))
}

/// All drafts of these blocks.
pub(super) fn drafts(
    connection: &mut Connection,
    blocks: &[&'static BlockSchema],
) -> std::result::Result<Vec<(Place, Record)>, Failure> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let mut drafts = Vec::new();
    for block in blocks.iter().copied().filter(|block| !block.adopt) {
        let keys: String = block.keys.iter().map(|key| format!("{}, ", ident(key.name))).collect();
        let condition = format!("status = 'draft' order by {keys}version");
        let rows = selection(&moment, block, |selection: Selection<'_>| {
            selection.of_any_state(&condition, [])
        })?;
        drafts.extend(rows.into_iter().filter_map(|(row, _)| placed(block, row)));
    }
    Ok(drafts)
}

/// The changes that will be undone by themselves.
pub(super) fn expiring(connection: &Connection) -> Result<Vec<Expiring>> {
    let sql = "select id, ifnull(round((julianday(at) - julianday('now')) * 86400.0, 3), 0.0), note \
               from config_sdk_expiry order by at, id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let id = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        Ok(Expiring::new(id, lasting(row.get(1)?), row.get::<_, String>(2)?))
    })?;
    rows.collect()
}

/// Keeps the defaults that are not known yet; where all are, nothing is written.
pub(super) fn note_defaults(connection: &mut Connection, defaults: &[DefaultText]) -> Result<()> {
    let known = noted_defaults(connection)?;
    let news: Vec<_> = defaults.iter().filter(|default| !known.contains(default)).collect();
    if news.is_empty() {
        return Ok(());
    }
    let moment = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sql = "insert or ignore into config_sdk_default (block, name, value) values (?1, ?2, ?3)";
    for DefaultText { block, column, text } in news {
        moment.execute(sql, [block, column, text])?;
    }
    moment.commit()
}

pub(super) fn noted_defaults(connection: &Connection) -> Result<Vec<DefaultText>> {
    let sql = "select block, name, value from config_sdk_default order by block, name, since";
    let mut statement = connection.prepare_cached(sql)?;
    let one = |row: &Row<'_>| {
        let (block, column, text): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(DefaultText::new(block, column, text))
    };
    statement.query_map([], one)?.collect()
}

/// Keeps what a process says of itself, and forgets those whose time is over.
pub(super) fn report(
    connection: &mut Connection,
    process: &str,
    note: &str,
    keep: Duration,
) -> Result<()> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let over = "delete from config_sdk_process where until <= strftime('%Y-%m-%dT%H:%M:%fZ')";
    moment.execute(over, [])?;
    moment.execute(
        "insert or replace into config_sdk_process (name, note, seen, until) values (?1, ?2, \
         strftime('%Y-%m-%dT%H:%M:%fZ'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?3))",
        [process, note, &seconds(keep)],
    )?;
    moment.commit()
}

/// Forgets what a process said of itself.
pub(super) fn leave(connection: &Connection, process: &str) -> Result<()> {
    connection.execute("delete from config_sdk_process where name = ?1", [process]).map(drop)
}

/// What the processes say of themselves whose time is not over.
pub(super) fn processes(connection: &Connection) -> Result<Vec<Reported>> {
    let sql = "select note, ifnull(round((julianday('now') - julianday(seen)) * 86400.0, 3), 0.0) \
               from config_sdk_process where until > strftime('%Y-%m-%dT%H:%M:%fZ') order by name";
    let mut statement = connection.prepare_cached(sql)?;
    let row = |row: &Row<'_>| Ok(Reported::new(row.get::<_, String>(0)?, lasting(row.get(1)?)));
    statement.query_map([], row)?.collect()
}

/// A length of time as SQLite adds it to a time.
pub(super) fn seconds(length: Duration) -> String {
    format!("+{:.3} seconds", length.min(LONGEST).as_secs_f64())
}

/// So many seconds; none, if they are over.
fn lasting(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

fn log(moment: &Transaction<'_>, place: &Place, limit: usize) -> Result<Vec<Logged>> {
    let keys = place.block.keys.iter().zip(2..);
    let pairs: Vec<_> = keys.map(|(key, at)| format!("{}, ?{at}", literal(key.name))).collect();
    let key_of =
        if pairs.is_empty() { "null" } else { &format!("json_object({})", pairs.join(", ")) };
    // An index leads to the changes that have a version.
    let numbered = if place.block.adopt { "" } else { " and version is not null" };
    let sql = format!(
        "select epoch, what, version, before, who, via, at, why, hidden from config_sdk_change \
         where block = ?1 and key is {key_of} and what <> 'invalidate'{numbered} \
         order by id desc limit {}",
        i64::try_from(limit).unwrap_or(i64::MAX)
    );
    let mut statement = moment.prepare(&sql)?;
    let params = std::iter::once(Value::from(place.block.name.to_owned())).chain(key(place));
    let mut rows = statement.query(params_from_iter(params))?;
    let mut log = Vec::new();
    while let Some(row) = rows.next()? {
        log.push(logged(moment, place.block, row)?);
    }
    Ok(log)
}

fn logged(moment: &Connection, block: &BlockSchema, row: &Row<'_>) -> Result<Logged> {
    let epoch = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
    // Whatever a person with SQL made of the log.
    let said = |column| row.get_ref(column).map(text);
    let what = match said(1)?.as_deref() {
        Some("insert") => Done::Insert,
        Some("delete") => Done::Delete,
        _ => Done::Update,
    };
    let before = said(3)?.map(|json| before_of(moment, block, &json)).transpose()?;
    Ok(Logged {
        version: said(2)?.and_then(|version| version.parse().ok()),
        before,
        via: said(5)?,
        time: said(6)?.and_then(|time| time::parse(&time)),
        why: said(7)?,
        hidden: said(8)?.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
        ..Logged::new(epoch, what, said(4)?.unwrap_or_default())
    })
}

/// The row before, with the texts that it was read with: SQLite takes its own JSON apart, so that a
/// number comes back as it was.
fn before_of(moment: &Connection, block: &BlockSchema, json: &str) -> Result<(RowState, Record)> {
    let mut statement =
        moment.prepare_cached("select key, atom from json_each(iif(json_valid(?1), ?1, '{}'))")?;
    let column = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, text(row.get_ref(1)?)));
    let mut columns = statement
        .query_map([json], column)?
        .collect::<Result<std::collections::BTreeMap<_, _>>>()?;
    let status = columns.get("status").cloned().flatten().filter(|_| !block.adopt);
    columns.retain(|name, _| !block.keys.iter().any(|key| key.name == name));
    Ok((state(status.as_deref()), row::record(columns, block)))
}

/// The parts of a place's key; of the row that the others inherit from, nulls.
fn key(place: &Place) -> impl Iterator<Item = Value> + '_ {
    let mut parts = place.key.iter().flat_map(Key::parts);
    let keys = place.block.keys.iter();
    keys.map(move |_| parts.next().map_or(Value::Null, |part| part.to_owned().into()))
}

/// A draft and where it is; none, if that is no place.
fn placed(block: &'static BlockSchema, (key, record): KeyedRow) -> Option<(Place, Record)> {
    let parts: Vec<_> = key.iter().flatten().map(String::as_str).collect();
    let key = match parts.is_empty() {
        true => None,
        false if parts.len() == key.len() => Some(Key::new(parts).ok()?),
        false => return None,
    };
    Some((Place { block, key }, record))
}

fn state(status: Option<&str>) -> RowState {
    match status {
        Some("draft") => RowState::Draft,
        Some("archived") => RowState::Archived,
        _ => RowState::Active,
    }
}

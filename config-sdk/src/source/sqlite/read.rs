//! Reading an SQLite file as of one moment.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, TransactionBehavior};

use super::ddl::table_name;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::ddl::ident;
use crate::source::row;
use crate::source::{Fetched, Found, Request};

/// A request that outlives its caller, for the thread that reads.
pub(super) struct Ask {
    blocks: Vec<&'static BlockSchema>,
    since: Option<u64>,
    also: Vec<&'static str>,
    max_record: u64,
}

impl Ask {
    pub(super) fn new(request: &Request<'_>) -> Self {
        Self {
            blocks: request.blocks.to_vec(),
            since: request.since,
            also: request.also.to_vec(),
            max_record: request.max_record,
        }
    }
}

/// Reads the epoch, what changed, and those records, in one transaction.
pub(super) fn fetch(
    connection: &mut Connection,
    ask: &Ask,
    fresh: bool,
) -> Result<Fetched, rusqlite::Error> {
    let moment = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let (epoch, floor) = moment
        .prepare_cached("select epoch, floor from config_sdk_epoch")?
        .query_row([], |row| Ok((number(row, 0)?, number(row, 1)?)))?;
    let mut request = Request::everything(&ask.blocks);
    request.since = ask.since.filter(|_| !fresh);
    let changed = match request.counts_from(floor, epoch) {
        Some(since) if since == epoch => Some(BTreeSet::new()),
        Some(since) => Some(changed_since(&moment, since)?),
        None => None,
    };
    let wanted = |block: &&&BlockSchema| {
        ask.also.contains(&block.name)
            || changed.as_ref().is_none_or(|names| names.contains(block.name))
    };
    let mut fetched = Fetched::unchanged(epoch);
    for block in ask.blocks.iter().filter(wanted) {
        fetched.blocks.insert(block.name, found(&moment, block, ask.max_record)?);
    }
    Ok(fetched)
}

fn changed_since(connection: &Connection, since: u64) -> Result<BTreeSet<String>, rusqlite::Error> {
    let mut statement = connection
        .prepare_cached("select distinct block from config_sdk_change where epoch > ?1")?;
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    statement.query_map([since], |row| row.get(0))?.collect()
}

/// SQLite's numbers are signed, and ours never below zero.
fn number(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0))
}

/// The block's active record; what is wrong with its table alone is told in place of it.
fn found(
    connection: &Connection,
    block: &BlockSchema,
    most: u64,
) -> Result<Found, rusqlite::Error> {
    let table = table_name(block);
    match records(connection, &table, most) {
        Ok(rows) => Ok(row::only(rows, &table)),
        Err(rusqlite::Error::SqliteFailure(error, message))
            if error.code == rusqlite::ErrorCode::Unknown =>
        {
            let message = message.unwrap_or_else(|| error.to_string());
            Ok(Err(format!(
                "table {table} cannot be read ({message}): add `.migrate()`, or compare with the \
                 SQL that `schema` prints"
            )))
        }
        Err(error) => Err(error),
    }
}

/// The active rows of `table`; where one holds more than `most` bytes of text, only how many.
fn records(
    connection: &Connection,
    table: &str,
    most: u64,
) -> Result<Vec<Record>, rusqlite::Error> {
    let from = format!("from {} where status = 'active' limit 2", ident(table));
    let mut rows = connection.prepare(&format!("select * {from}"))?;
    let size = |column: &str| format!("ifnull(octet_length({}), 0)", ident(column));
    let sizes: Vec<_> = rows.column_names().map(size).collect();
    let mut sizes = connection.prepare(&format!("select version, {} {from}", sizes.join(" + ")))?;
    let sizes = sizes.query_map([], |row| Ok((text(row.get_ref(0)?), number(row, 1)?)))?;
    let sizes: Vec<_> = sizes.collect::<Result<_, _>>()?;
    if sizes.iter().any(|(_, size)| *size > most) {
        let left_out =
            |(version, size): (Option<String>, _)| row::left_out(version.as_deref(), size);
        return Ok(sizes.into_iter().map(left_out).collect());
    }
    rows.query_map([], record)?.collect()
}

fn record(row: &Row<'_>) -> Result<Record, rusqlite::Error> {
    let mut columns = BTreeMap::new();
    for index in 0..row.as_ref().column_count() {
        let name = row.as_ref().column_name(index)?.to_owned();
        columns.insert(name, text(row.get_ref(index)?));
    }
    Ok(row::record(columns))
}

/// A value as text: whole numbers and text as they are, floats in the fewest digits that mean the
/// same; bytes that are no text become a text that no field takes for its value.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(value.to_string()),
        ValueRef::Real(value) => Some(value.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

//! A stored row, every column as text, into a record: bookkeeping apart from the fields.

use std::collections::BTreeMap;

use super::Found;
use super::ddl::BOOKKEEPING_COLUMNS;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::time;

/// The record of a row of `block`. An adopted table has no bookkeeping, whatever its columns are
/// called.
pub(crate) fn record(mut columns: BTreeMap<String, Option<String>>, block: &BlockSchema) -> Record {
    if block.adopt {
        return Record { columns, ..Record::default() };
    }
    let mut take = |name| columns.remove(name).flatten();
    let record = Record {
        version: take("version").and_then(|text| text.parse().ok()).unwrap_or(0),
        time: take("created_at").and_then(|text| time::parse(&text)),
        author: take("created_by"),
        reason: take("reason"),
        ..Record::default()
    };
    BOOKKEEPING_COLUMNS.iter().for_each(|name| drop(columns.remove(*name)));
    Record { columns, ..record }
}

/// The record of a row of so many bytes that it was not read.
pub(super) fn left_out(version: Option<&str>, size: u64) -> Record {
    let version = version.and_then(|text| text.parse().ok()).unwrap_or(0);
    Record { left_out: Some(size), ..Record::new(version) }
}

/// The one active row of `block`, which has no key, in `table`.
///
/// # Errors
/// If there are several: nobody could say which one is meant.
pub(super) fn only(mut rows: Vec<Record>, block: &BlockSchema, table: &str) -> Found {
    match rows.len() {
        0 | 1 => Ok(rows.pop()),
        _ if block.adopt => Err(format!(
            "table {table} has several rows, and the block has no key to tell them apart: leave one \
             row, or declare `key(…)`"
        )),
        _ => Err(format!(
            "table {table} has several rows with status 'active': archive all but one \
             (update {table} set status = 'archived' where …)"
        )),
    }
}

//! A stored row, every column as text, into a record: bookkeeping apart from the fields.

use std::collections::BTreeMap;

use super::ddl::BOOKKEEPING_COLUMNS;
use crate::record::Record;
use crate::time;

/// The record of a row.
pub(crate) fn record(mut columns: BTreeMap<String, Option<String>>) -> Record {
    let mut kept: BTreeMap<&str, String> = BTreeMap::new();
    for name in BOOKKEEPING_COLUMNS {
        if let Some(Some(text)) = columns.remove(name) {
            kept.insert(name, text);
        }
    }
    Record {
        version: kept.get("version").and_then(|text| text.parse().ok()).unwrap_or(0),
        time: kept.get("created_at").and_then(|text| time::parse(text)),
        author: kept.remove("created_by"),
        reason: kept.remove("reason"),
        columns,
        left_out: None,
    }
}

/// The record of a row of so many bytes that it was not read.
pub(super) fn left_out(version: Option<&str>, size: u64) -> Record {
    let version = version.and_then(|text| text.parse().ok()).unwrap_or(0);
    Record { left_out: Some(size), ..Record::new(version) }
}

/// The one active row of a table.
///
/// # Errors
/// If there are several: nobody could say which one is meant.
pub(super) fn only(mut rows: Vec<Record>, table: &str) -> Result<Option<Record>, String> {
    match rows.len() {
        0 | 1 => Ok(rows.pop()),
        _ => Err(format!(
            "table {table} has several rows with status 'active': archive all but one \
             (update {table} set status = 'archived' where …)"
        )),
    }
}

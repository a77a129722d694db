//! A row as it is kept in Redis: JSON, behind the generation and the epoch that it is as of.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::record::Record;
use crate::schema::BlockSchema;

/// What is kept of a key: its row, or that it has none.
pub(super) type Row = Option<Record>;

/// A row as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Seconds and nanoseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<(u64, u32)>,
    columns: std::collections::BTreeMap<String, Option<String>>,
}

/// A copy that was read.
pub(super) struct Entry {
    /// The epoch that it was loaded as of.
    pub(super) epoch: u64,
    pub(super) row: Row,
}

/// `row` as text; `None` if it is better left in the store.
pub(super) fn written(row: &Row) -> Option<String> {
    let written = match row {
        None => None,
        Some(Record { left_out: Some(_), .. }) => return None,
        Some(record) => {
            let time = record.time.map(|time| time.duration_since(UNIX_EPOCH));
            let time = time.transpose().ok()?; // before 1970
            Some(Written {
                version: record.version,
                author: record.author.clone(),
                reason: record.reason.clone(),
                time: time.map(|time| (time.as_secs(), time.subsec_nanos())),
                columns: record.columns.clone(),
            })
        }
    };
    serde_json::to_string(&written).ok()
}

/// The copy that `text` is, if it is one of `generation`; anybody may have written there.
pub(super) fn read(text: &[u8], generation: &str) -> Option<Entry> {
    let text = std::str::from_utf8(text).ok()?;
    let (epoch, row) = text.strip_prefix(generation)?.strip_prefix(' ')?.split_once(' ')?;
    let written: Option<Written> = serde_json::from_str(row).ok()?;
    let row = written.map(|written| {
        let time = |(seconds, nanos)| {
            SystemTime::UNIX_EPOCH.checked_add(
                Duration::from_secs(seconds).checked_add(Duration::from_nanos(u64::from(nanos)))?,
            )
        };
        Record {
            version: written.version,
            author: written.author,
            reason: written.reason,
            time: written.time.and_then(time),
            columns: written.columns,
            left_out: None,
        }
    });
    Some(Entry { epoch: epoch.parse().ok()?, row })
}

/// `record` without what `block` does not read: the other columns may be anything, a secret too.
pub(super) fn known(block: &BlockSchema, mut record: Record) -> Record {
    record.columns.retain(|name, _| block.fields.iter().any(|field| field.column == name));
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_was() {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
        let mut record = Record::new(7).with("price", "0.10").with("name", "a \"b\" \n ✓");
        record.columns.insert("open".to_owned(), None);
        (record.author, record.time) = (Some("me".to_owned()), Some(time));
        for row in [Some(record), Some(Record::new(0)), None] {
            let text = format!("g1 42 {}", written(&row).unwrap());
            let entry = read(text.as_bytes(), "g1").unwrap();
            assert_eq!((entry.epoch, entry.row), (42, row));
        }
    }

    #[test]
    fn what_is_of_another_generation_or_rubbish_is_not_read() {
        for text in [
            &b"g2 42 null"[..],
            b"g1",
            b"g1 ",
            b"g1 42",
            b"g1 x null",
            b"g1 42 {",
            b"g1 42 7",
            b"g11 42 null",
            b"g1 42 {\"version\":-1,\"columns\":{}}",
            b"\xff\xfe",
            b"",
            b"g1 42 {\"version\":1,\"time\":[18446744073709551615,4294967295],\"columns\":{}",
        ] {
            assert!(read(text, "g1").is_none(), "{text:?}");
        }
        let late = b"g1 42 {\"version\":1,\"time\":[18446744073709551615,0],\"columns\":{}}";
        assert_eq!(read(late, "g1").unwrap().row.unwrap().time, None);
    }

    #[test]
    fn a_row_that_was_too_large_to_read_is_not_kept() {
        let record = Record { left_out: Some(9_000_000), ..Record::new(1) };
        assert_eq!(written(&Some(record)), None);
    }
}

//! What the rows of an answer hold: records, by block and key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::text_row::TextRow;
use crate::key::Key;
use crate::number;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::rows::Sorting;
use crate::source::{Found, Rows, row};

/// The rows of an answer, by block.
pub(super) struct Answer<'a>(BTreeMap<&'a str, Vec<&'a TextRow>>);

impl<'a> Answer<'a> {
    pub(super) fn of(rows: &'a [TextRow]) -> Self {
        let mut blocks = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            if let Some(block) = row.get("block") {
                blocks.entry(block).or_default().push(row);
            }
        }
        Self(blocks)
    }

    /// The one row of a block without a key.
    pub(super) fn only(&self, block: &BlockSchema) -> Found {
        let rows = self.0.get(block.name).into_iter().flatten();
        let rows: Result<Vec<_>, _> = rows.map(|row| record(row, block)).collect();
        row::only(rows?, block, &block.table)
    }

    /// Those of a block as they came.
    #[cfg(feature = "ops")]
    pub(super) fn of_block(&self, block: &BlockSchema) -> &[&'a TextRow] {
        self.0.get(block.name).map_or(&[], Vec::as_slice)
    }

    /// The rows of a keyed block; if they were looked up, only those of `wanted` keys.
    pub(super) fn rows(&self, block: &BlockSchema, wanted: Option<&[Key]>) -> Result<Rows, String> {
        let mut sorting = Sorting::of(block);
        let wanted = wanted.map(|keys| keys.iter().collect::<BTreeSet<_>>());
        for row in self.0.get(block.name).into_iter().flatten() {
            let cell = |name| row.get(name).unwrap_or_default();
            let key: Vec<Option<String>> =
                serde_json::from_str(cell("key")).map_err(|error| unreadable(&error))?;
            match cell("sort") {
                "bad" => sorting.add_bad(&key),
                "several" => sorting.add_several(&key),
                _ => match &wanted {
                    Some(wanted) => {
                        sorting.add_if(&key, record(row, block)?, |key| wanted.contains(key))
                    }
                    None => sorting.add(&key, record(row, block)?),
                },
            }
        }
        Ok(sorting.finish())
    }
}

/// The record of a row of `block`'s table that comes as one object.
pub(super) fn record(row: &TextRow, block: &BlockSchema) -> Result<Record, String> {
    let Some(record) = row.get("record") else {
        let size = row.get("size").and_then(|size| size.parse().ok()).unwrap_or(u64::MAX);
        return Ok(row::left_out(row.get("version"), size));
    };
    let mut columns = columns(record).map_err(|error| unreadable(&error))?;
    block.keys.iter().for_each(|key| drop(columns.remove(key.name)));
    Ok(row::record(columns, block))
}

/// The values of an object, each as the text that it has outside of one.
pub(super) fn columns(object: &str) -> Result<BTreeMap<String, Option<String>>, serde_json::Error> {
    serde_json::from_str(object).map(|Texts(columns)| columns)
}

struct Texts(BTreeMap<String, Option<String>>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut columns = BTreeMap::new();
                while let Some((column, value)) = map.next_entry::<String, &RawValue>()? {
                    columns.insert(column, text(value.get()).map_err(Error::custom)?);
                }
                Ok(Texts(columns))
            }
        }
        from.deserialize_map(Object)
    }
}

fn text(value: &str) -> Result<Option<String>, serde_json::Error> {
    Ok(match value.as_bytes().first() {
        Some(b'n') => None,
        Some(b'"') => Some(serde_json::from_str(value)?),
        Some(b'-' | b'0'..=b'9') => Some(number::plain(value)),
        _ => Some(value.to_owned()),
    })
}

pub(super) fn unreadable(error: &serde_json::Error) -> String {
    format!("its row cannot be read: {error}")
}

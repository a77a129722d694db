//! What the rows of an answer hold: records, by block and key.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Error as _, IgnoredAny};
use serde_json::{Deserializer, Error};

use super::text_row::TextRow;
use crate::key::Key;
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

/// The values of an object as the server writes it, each as the text that it has outside of one.
pub(super) fn columns(object: &str) -> Result<BTreeMap<String, Option<String>>, Error> {
    let mut columns = BTreeMap::new();
    let mut rest = object.strip_prefix('{').unwrap_or(object);
    while !rest.starts_with('}') {
        let (name, after) = value(rest)?;
        let (text, after) = value(after)?;
        columns.insert(serde_json::from_str(name)?, outside(text)?);
        rest = after;
    }
    Ok(columns)
}

/// The next value as it is written, and what follows.
fn value(text: &str) -> Result<(&str, &str), Error> {
    let text = text.trim_start_matches([',', ':', ' ']);
    let mut values = Deserializer::from_str(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(value) => value.map(|_| text.split_at(values.byte_offset())),
        None => Err(Error::custom("it ends too soon")),
    }
}

fn outside(value: &str) -> Result<Option<String>, Error> {
    Ok(match value.as_bytes().first() {
        Some(b'n') => None,
        Some(b'"') => Some(serde_json::from_str(value)?),
        _ => Some(value.to_owned()),
    })
}

pub(super) fn unreadable(error: &Error) -> String {
    format!("its row cannot be read: {error}")
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn each_value_is_the_text_that_it_is_outside_of_the_object() {
        let object = r#"{"a": 0.70, "b\"": "x \"}, \u00e9\n", "c": null, "d": {"e": [1, "}"]}, "f": true, "g": "", "h": -1e5}"#;
        let texts = columns(object).unwrap();
        let texts: Vec<_> = texts.iter().map(|(name, text)| (&**name, text.as_deref())).collect();
        assert_eq!(
            texts,
            [
                ("a", Some("0.70")),
                ("b\"", Some("x \"}, é\n")),
                ("c", None),
                ("d", Some(r#"{"e": [1, "}"]}"#)),
                ("f", Some("true")),
                ("g", Some("")),
                ("h", Some("-1e5")),
            ]
        );
        assert_eq!(columns("{}").unwrap().len(), 0);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in
            ["", "{", "null", r#"{"a""#, r#"{"a":"#, r#"{"a":1"#, r#"{1:2}"#, r#"{"a":tru}"#]
        {
            assert!(columns(text).is_err(), "{text}");
        }
    }
}

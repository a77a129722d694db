//! A source in the hands of the suite: asking it, and comparing what it yields with what was written.

use std::fmt::Display;
use std::sync::Arc;

use super::{Row, Subject, blocks};
use crate::block::FieldType;
use crate::record::Record;
use crate::schema::{BlockSchema, Kind};
use crate::source::{Fetched, Request, Source};

/// What a rule says: nothing, or how it is broken.
pub(super) type Verdict = Result<(), String>;

/// A source with the epoch it yielded last, as a program would hold it.
pub(super) struct Reader<'a> {
    pub(super) subject: &'a dyn Subject,
    pub(super) source: Arc<dyn Source>,
    pub(super) epoch: u64,
}

impl<'a> Reader<'a> {
    /// A new source that has been asked for everything once.
    pub(super) async fn new(subject: &'a dyn Subject) -> Result<Self, String> {
        let source = subject.source();
        let mut reader = Self { subject, source, epoch: 0 };
        reader.everything().await?;
        Ok(reader)
    }

    /// Asks for everything.
    pub(super) async fn everything(&mut self) -> Result<Fetched, String> {
        self.ask(Request::everything(blocks())).await
    }

    /// Asks for what changed since the last time.
    pub(super) async fn news(&mut self) -> Result<Fetched, String> {
        self.ask(Request::everything(blocks()).since(self.epoch)).await
    }

    pub(super) async fn ask(&mut self, request: Request<'_>) -> Result<Fetched, String> {
        let fetched = self.source.fetch(request).await;
        let fetched = fetched.map_err(|error| format!("the fetch failed: {error}"))?;
        self.epoch = fetched.epoch;
        Ok(fetched)
    }

    pub(super) async fn write(&self, rows: &[Row]) {
        self.subject.write(rows).await;
    }

    pub(super) async fn spoil(&self, block: &'static BlockSchema, spoilt: bool) -> bool {
        self.subject.spoil(block, spoilt).await
    }
}

/// Breaks the rule with `message` unless `holds`.
pub(super) fn ensure(holds: bool, message: impl Display) -> Verdict {
    if holds { Ok(()) } else { Err(message.to_string()) }
}

/// The names of the blocks that were yielded.
pub(super) fn names(fetched: &Fetched) -> Vec<&'static str> {
    fetched.blocks.keys().copied().collect()
}

/// Breaks the rule unless exactly `expected` was yielded.
pub(super) fn only(fetched: &Fetched, expected: &[&'static BlockSchema]) -> Verdict {
    let expected: Vec<_> = expected.iter().map(|block| block.name).collect();
    let found = names(fetched);
    ensure(found == expected, format_args!("expected {expected:?}, and {found:?} was yielded"))
}

/// The record that was yielded for `block`; `None` if it has no row.
pub(super) fn record<'f>(
    fetched: &'f Fetched,
    block: &BlockSchema,
) -> Result<Option<&'f Record>, String> {
    match fetched.blocks.get(block.name) {
        Some(Ok(record)) => Ok(record.as_ref()),
        Some(Err(reason)) => Err(format!("{} cannot be read: {reason}", block.name)),
        None => Err(format!("{} was not yielded", block.name)),
    }
}

/// Breaks the rule unless `row` is what was yielded for its block.
pub(super) fn same(fetched: &Fetched, row: &Row) -> Verdict {
    let name = row.block.name;
    let (record, columns) = match (record(fetched, row.block)?, &row.columns) {
        (Some(record), Some(columns)) => (record, columns),
        (None, None) => return Ok(()),
        (Some(_), None) => return Err(format!("{name} has no row, and one was yielded")),
        (None, Some(_)) => return Err(format!("{name} has a row, and none was yielded")),
    };
    for field in &row.block.fields {
        let written = columns.get(field.column).and_then(Option::as_deref);
        let read = record.columns.get(field.column).and_then(Option::as_deref);
        let is_same = match (written, read) {
            (Some(written), Some(read)) => means_same(field.kind, written, read),
            (written, read) => written == read,
        };
        let column = field.column;
        ensure(
            is_same,
            format_args!("{name}.{column} was written as {written:?} and read as {read:?}"),
        )?;
    }
    Ok(())
}

/// Whether two texts are one value of that kind. Where digits and characters count, they are one text.
fn means_same(kind: Kind, written: &str, read: &str) -> bool {
    match kind {
        Kind::Bool => bool::decode(written) == bool::decode(read),
        Kind::Float => f64::decode(written) == f64::decode(read),
        Kind::Json => match (json(written), json(read)) {
            (Ok(written), Ok(read)) => written == read,
            _ => false,
        },
        _ => written == read,
    }
}

fn json(text: &str) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str(text)
}

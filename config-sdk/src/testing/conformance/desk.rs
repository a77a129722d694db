//! A store in the hands of an operator of the suite: its writer, and a reader beside it.

use std::time::Duration;

use super::reader::{Reader, Verdict, ensure};
use super::reading::three;
use super::{Row, Subject};
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{Deed, Entry, Logged, Past, Place, Texts, Write, WriteError, Writer, Written};

/// A writer, and a reader that sees what it writes.
pub(super) struct Desk<'a> {
    pub(super) reader: Reader<'a>,
}

impl<'a> Desk<'a> {
    /// Block `a` says "old", the others have no rows, and there are no drafts.
    pub(super) async fn new(subject: &'a dyn Subject) -> Result<Self, String> {
        let [a, b, c] = three();
        let old = Row::of(a, &[("note", "old")]);
        subject.write(&[old, Row::none(b), Row::none(c)]).await;
        Ok(Self { reader: Reader::new(subject).await? })
    }

    pub(super) fn writer(&self) -> Result<&dyn Writer, String> {
        writer(&*self.reader.source)
    }

    /// Writes these, each as made from the row that is there.
    pub(super) async fn write(&self, deeds: &[(&Place, Deed)]) -> Result<Written, String> {
        let write = self.made(deeds).await?;
        self.try_write(&write).await?.map_err(|error| format!("the write failed: {}", said(&error)))
    }

    pub(super) async fn try_write(
        &self,
        write: &Write,
    ) -> Result<Result<Written, WriteError>, String> {
        Ok(self.writer()?.write(write).await)
    }

    /// A write by ann, each entry made from the row that is there.
    pub(super) async fn made(&self, deeds: &[(&Place, Deed)]) -> Result<Write, String> {
        let mut entries = Vec::new();
        for (place, deed) in deeds {
            entries.push(Entry::new((*place).clone(), self.row(place).await?, deed.clone()));
        }
        Ok(Write { author: Some("ann".to_owned()), entries, ..Write::default() })
    }

    /// The row of a place.
    pub(super) async fn row(&self, place: &Place) -> Result<Option<Record>, String> {
        let rows = self.writer()?.rows(std::slice::from_ref(place)).await;
        let rows = rows.map_err(|error| format!("the rows of {place} failed: {error}"))?;
        let count = rows.len();
        let mut rows = rows.into_iter();
        match (count, rows.next()) {
            (1, Some(row)) => Ok(row),
            _ => Err(format!("one place was asked for, and {count} answers came")),
        }
    }

    /// What the row of a place notes; nothing, if there is none.
    pub(super) async fn note(&self, place: &Place) -> Result<Option<String>, String> {
        Ok(self.row(place).await?.as_ref().and_then(|row| note(row)).map(str::to_owned))
    }

    pub(super) async fn past(&self, place: &Place, limit: usize) -> Result<Past, String> {
        let past = self.writer()?.past(place, limit).await;
        past.map_err(|error| format!("the past of {place} failed: {error}"))
    }

    /// The newest change of a place.
    pub(super) async fn newest(&self, place: &Place) -> Result<Logged, String> {
        let log = self.past(place, 1).await?.log;
        ensure(log.len() <= 1, format_args!("one change was asked for, and {} came", log.len()))?;
        log.into_iter().next().ok_or_else(|| format!("{place} was changed, and nothing was logged"))
    }

    /// The drafts of a place.
    pub(super) async fn drafts(&self, place: &Place) -> Result<Vec<Record>, String> {
        let drafts = self.writer()?.drafts(&[place.block]).await;
        let drafts = drafts.map_err(|error| format!("the drafts failed: {error}"))?;
        let own = drafts.into_iter().filter(|(of, _)| of == place);
        Ok(own.map(|(_, draft)| draft).collect())
    }

    /// Breaks the rule unless the epoch is what the reader saw last.
    pub(super) async fn stood_still(&mut self) -> Verdict {
        let before = self.reader.epoch;
        let now = self.reader.news().await?.epoch;
        ensure(now == before, format_args!("the epoch moved from {before} to {now}"))
    }
}

/// The writer of the store behind a source.
pub(super) fn writer(source: &dyn crate::source::Source) -> Result<&dyn Writer, String> {
    let writer = source.store().and_then(|store| store.writer());
    writer.ok_or_else(|| "the source's store has no writer".to_owned())
}

/// Where a block's row is.
pub(super) fn of(block: &'static BlockSchema) -> Place {
    Place { block, key: None }
}

/// Where a key's row is.
pub(super) fn at(block: &'static BlockSchema, key: &Key) -> Place {
    Place { block, key: Some(key.clone()) }
}

/// Columns that say only this.
pub(super) fn texts(columns: &[(&str, &str)]) -> Texts {
    let text = |(column, text): &(&str, &str)| ((*column).to_owned(), Some((*text).to_owned()));
    Texts(columns.iter().map(text).collect())
}

/// Sets what a row notes.
pub(super) fn noting(note: &str) -> Deed {
    Deed::Set(texts(&[("note", note)]))
}

/// What a row notes.
pub(super) fn note(record: &Record) -> Option<&str> {
    record.columns.get("note")?.as_deref()
}

/// Why a write failed, without what is in its rows.
pub(super) fn said(error: &WriteError) -> String {
    match error {
        WriteError::Conflict(there) => {
            let places: Vec<_> = there.iter().map(|(place, _)| place.to_string()).collect();
            format!("a conflict at {places:?}")
        }
        WriteError::Undone => "undone already".to_owned(),
        WriteError::Store(error) => error.to_string(),
    }
}

/// Breaks the rule unless the write conflicts at exactly this place, where the row notes this.
pub(super) fn conflicts(
    written: Result<Written, WriteError>,
    at: &Place,
    noted: Option<&str>,
) -> Verdict {
    let there = match written {
        Ok(_) => return Err(format!("{at} was another row, and was written")),
        Err(WriteError::Conflict(there)) => there,
        Err(error) => return Err(format!("a conflict was due, and not: {}", said(&error))),
    };
    match there.as_slice() {
        [(place, record)] if place == at => {
            let found = record.as_ref().and_then(note);
            let message = format!("{at} notes {noted:?}, and the conflict says {found:?}");
            ensure(found == noted, message)
        }
        _ => Err(format!("the conflict is at {at} alone, and names {there:?}")),
    }
}

/// An hour.
pub(super) const HOUR: Duration = Duration::from_secs(3600);

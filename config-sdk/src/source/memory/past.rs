//! What the rows of a store in memory were, and what it keeps for operators beside them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::row::Line;
use super::rows::Content;
use crate::record::Record;
use crate::schema::{BlockSchema, FieldSchema};
use crate::source::{DefaultText, Expiring, Logged, Past, Place, Reported, RowState, SourceError};

/// Who wrote what nobody said to have written, and how it came to the store.
pub(super) const NOBODY: &str = "memory";

/// What operators and processes have left.
#[derive(Debug, Default)]
pub(super) struct Operators {
    /// The highest number of an expiring change.
    pub(super) numbers: u64,
    pub(super) expiring: BTreeMap<u64, Kept>,
    pub(super) processes: BTreeMap<String, Kept>,
    pub(super) defaults: std::collections::BTreeSet<DefaultText>,
}

/// A text that is kept for some time.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) text: String,
    since: Instant,
    length: Duration,
}

impl Kept {
    pub(super) fn new(text: &str, length: Duration) -> Self {
        Self { text: text.to_owned(), since: Instant::now(), length }
    }

    fn left(&self) -> Duration {
        self.length.saturating_sub(self.since.elapsed())
    }
}

impl Operators {
    pub(super) fn expiring(&self) -> Vec<Expiring> {
        let all = self.expiring.iter();
        let mut all: Vec<_> =
            all.map(|(id, kept)| Expiring::new(*id, kept.left(), &*kept.text)).collect();
        all.sort_by_key(|expiring| (expiring.left, expiring.id));
        all
    }

    pub(super) fn report(&mut self, process: &str, note: &str, keep: Duration) {
        self.processes.retain(|_, kept| !kept.left().is_zero());
        self.processes.insert(process.to_owned(), Kept::new(note, keep));
    }

    pub(super) fn processes(&self) -> Vec<Reported> {
        let here = self.processes.values().filter(|kept| !kept.left().is_zero());
        here.map(|kept| Reported::new(&*kept.text, kept.since.elapsed())).collect()
    }
}

impl Content {
    /// The active row of a place.
    pub(super) fn active(&self, place: &Place) -> Result<Option<Record>, SourceError> {
        let Some(block) = self.blocks.get(place.block.name) else {
            return Ok(None);
        };
        if let Some(reason) = &block.unreadable {
            return Err(SourceError::refused(reason.clone()));
        }
        let row = match &place.key {
            None => Some(&block.shared),
            Some(key) => block.own.get(key),
        };
        Ok(row.and_then(|row| row.record.clone()))
    }

    /// What the rows of a place are and were.
    pub(super) fn past(&self, place: &Place, limit: usize) -> Result<Past, SourceError> {
        let active = self.active(place)?.map(|record| (RowState::Active, record));
        let row = self.blocks.get(place.block.name).and_then(|block| match &place.key {
            None => Some(&block.shared),
            Some(key) => block.own.get(key),
        });
        let mut rows: Vec<_> =
            active.into_iter().chain(row.iter().flat_map(|row| row.beside.clone())).collect();
        rows.sort_by_key(|(_, record)| std::cmp::Reverse(record.version));
        let lines = row.iter().flat_map(|row| row.log.iter().rev());
        let log = lines.take(limit).map(|line| line.told(place.block)).collect();
        Ok(Past::new(rows, log))
    }

    /// The drafts of these blocks.
    pub(super) fn drafts(&self, blocks: &[&'static BlockSchema]) -> Vec<(Place, Record)> {
        let mut drafts = Vec::new();
        for block in blocks.iter().copied() {
            let Some(rows) = self.blocks.get(block.name) else { continue };
            let own = rows.own.iter().map(|(key, row)| (Some(key.clone()), row));
            for (key, row) in std::iter::once((None, &rows.shared)).chain(own) {
                let here = row.beside.iter().filter(|(state, _)| *state == RowState::Draft);
                drafts.extend(
                    here.map(|(_, record)| (Place { block, key: key.clone() }, record.clone())),
                );
            }
        }
        drafts
    }
}

impl Line {
    /// The change without what is secret.
    fn told(&self, block: &BlockSchema) -> Logged {
        let secrets = || block.fields.iter().filter(|field| field.secret);
        let text = |record: Option<&Record>, field: &FieldSchema| {
            record.and_then(|record| record.columns.get(field.column).cloned().flatten())
        };
        let before = self.before.as_ref().map(|(_, record)| record);
        let changed = |field: &&FieldSchema| {
            self.after.is_some() && text(before, field) != text(self.after.as_ref(), field)
        };
        let shown = self.before.clone().map(|(state, mut record)| {
            record.columns.retain(|column, _| !secrets().any(|field| field.column == column));
            (state, record)
        });
        let version = self.after.as_ref().or(before).map(|record| record.version);
        Logged {
            version,
            before: shown,
            via: Some(NOBODY.to_owned()),
            time: Some(self.time),
            why: self.why.clone(),
            hidden: secrets().filter(changed).map(|field| field.column.to_owned()).collect(),
            ..Logged::new(self.epoch, self.what, &*self.who)
        }
    }
}

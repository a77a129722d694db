//! Writing rows of a store in memory: all of a write at once, or nothing.

use super::past::{Kept, NOBODY};
use super::row::{Line, Row};
use super::rows::{Content, Edit};
use crate::record::Record;
use crate::source::{Deed, Entry, Place, RowState, Texts, Write, WriteError, Written, checked};

impl Content {
    /// Does all of `write`, if every row is what it was made from.
    pub(super) fn write(&mut self, write: &Write) -> Result<Written, WriteError> {
        if write.undoes.iter().any(|id| !self.operators.expiring.contains_key(id)) {
            return Err(WriteError::Undone);
        }
        let (mut conflicts, mut changing) = (Vec::new(), Vec::with_capacity(write.entries.len()));
        for entry in &write.entries {
            let there = self.active(&entry.place)?;
            changing.push(changes(entry, there.as_ref()));
            if !checked::is_from(entry, there.as_ref()) || !self.has_draft(entry) {
                conflicts.push((entry.place.clone(), there));
            }
        }
        if !conflicts.is_empty() {
            return Err(WriteError::Conflict(conflicts));
        }
        // From here on nothing can fail.
        if changing.contains(&true) {
            self.epoch += 1;
            self.mark = fastrand::u64(..);
        }
        let mut drafts = Vec::new();
        for (entry, is_new) in write.entries.iter().zip(changing) {
            drafts.push(if is_new { self.apply(write, entry) } else { None });
        }
        for id in &write.undoes {
            self.operators.expiring.remove(id);
        }
        for (after, note) in &write.expires {
            self.operators.numbers += 1;
            let kept = Kept::new(note, *after);
            self.operators.expiring.insert(self.operators.numbers, kept);
        }
        let mut versions = Vec::new();
        for (entry, draft) in write.entries.iter().zip(drafts) {
            let now = self.active(&entry.place)?.map(|record| record.version);
            versions.push(draft.or(now).unwrap_or(0));
        }
        Ok(Written::new(self.epoch, versions))
    }

    /// Whether the draft is there that an entry needs.
    fn has_draft(&mut self, entry: &Entry) -> bool {
        let (Deed::Activate(version) | Deed::Discard(version)) = entry.deed else {
            return true;
        };
        let Place { block, key } = &entry.place;
        Edit(self).row(block.name, key.as_ref()).draft(version).is_some()
    }

    /// Does what an entry says, and yields the version of the draft that it made.
    fn apply(&mut self, write: &Write, entry: &Entry) -> Option<u64> {
        let (epoch, name) = (self.epoch, entry.place.block.name);
        let key = entry.place.key.as_ref();
        let mut edit = Edit(self);
        let row = edit.row(name, key);
        let logged = row.log.len();
        let draft = row.apply(epoch, entry);
        for line in row.log.iter_mut().skip(logged) {
            line.who = author(write);
            line.why.clone_from(&write.reason);
        }
        let made = row.log.back().and_then(|line| line.after.as_ref()).map(|record| record.version);
        for record in row.of_version(made) {
            record.author = Some(author(write));
            record.reason.clone_from(&write.reason);
        }
        row.forget_oldest();
        edit.touch(name, key);
        draft
    }
}

impl Row {
    fn apply(&mut self, epoch: u64, entry: &Entry) -> Option<u64> {
        match &entry.deed {
            Deed::Set(texts) => {
                let mut columns =
                    self.record.as_ref().map(|record| record.columns.clone()).unwrap_or_default();
                columns.extend(texts.0.clone());
                self.exchange(epoch, Some(columns));
            }
            Deed::Save(texts) => {
                let draft = self.next(texts.0.clone());
                self.log.push_back(Line::new(epoch, None, Some(draft.clone())));
                self.beside.push((RowState::Draft, draft));
                return Some(self.versions);
            }
            Deed::Activate(version) => {
                let draft = self.draft(*version).map(|at| self.beside.remove(at));
                if let Some(former) = self.record.take() {
                    let before = (RowState::Active, former.clone());
                    self.log.push_back(Line::new(epoch, Some(before), Some(former.clone())));
                    self.beside.push((RowState::Archived, former));
                }
                self.record = draft.as_ref().map(|(_, record)| self.next(record.columns.clone()));
                self.log.push_back(Line::new(epoch, draft, self.record.clone()));
            }
            Deed::Discard(version) => {
                let draft = self.draft(*version).map(|at| self.beside.remove(at));
                self.log.push_back(Line::new(epoch, draft, None));
            }
            Deed::Hold => {}
        }
        None
    }

    /// Where the draft of a version is.
    fn draft(&self, version: u64) -> Option<usize> {
        self.beside
            .iter()
            .position(|(state, record)| *state == RowState::Draft && record.version == version)
    }

    /// The record of a version.
    fn of_version(&mut self, version: Option<u64>) -> impl Iterator<Item = &mut Record> {
        let beside = self.beside.iter_mut().map(|(_, record)| record);
        beside.chain(&mut self.record).filter(move |record| Some(record.version) == version)
    }
}

/// Whether an entry makes of the row that is `there` another.
fn changes(entry: &Entry, there: Option<&Record>) -> bool {
    let is_same = |Texts(texts): &Texts, row: &Record| {
        texts.iter().all(|(column, text)| row.columns.get(column).unwrap_or(&None) == text)
    };
    match (&entry.deed, there) {
        (Deed::Hold, _) => false,
        (Deed::Set(texts), Some(row)) => !is_same(texts, row),
        _ => true,
    }
}

fn author(write: &Write) -> String {
    write.author.clone().unwrap_or_else(|| NOBODY.to_owned())
}

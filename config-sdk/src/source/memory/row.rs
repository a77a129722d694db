//! One row of a store in memory: what is active, and what is and was beside it.

use std::collections::BTreeMap;
#[cfg(feature = "ops")]
use std::collections::VecDeque;
use std::time::SystemTime;

use crate::record::Record;
#[cfg(feature = "ops")]
use crate::source::{Done, RowState};

/// Most changes of a row that are told of: a test that writes in a loop does not grow without end.
#[cfg(feature = "ops")]
const MOST_LINES: usize = 1_000;

/// The row of a block, or of one of its keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The highest version that was given.
    pub(super) versions: u64,
    /// The active one.
    pub(super) record: Option<Record>,
    /// Drafts and archived ones.
    #[cfg(feature = "ops")]
    pub(super) beside: Vec<(RowState, Record)>,
    /// What was done last, the oldest first.
    #[cfg(feature = "ops")]
    pub(super) log: VecDeque<Line>,
}

/// One change of a row. Secrets are in it: whoever tells of it leaves them out.
#[cfg(feature = "ops")]
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) epoch: u64,
    pub(super) what: Done,
    pub(super) before: Option<(RowState, Record)>,
    pub(super) after: Option<Record>,
    pub(super) who: String,
    pub(super) why: Option<String>,
    pub(super) time: SystemTime,
}

impl Row {
    /// Makes these columns the whole active row, or takes it away.
    pub(super) fn exchange(
        &mut self,
        epoch: u64,
        columns: Option<BTreeMap<String, Option<String>>>,
    ) {
        let record = columns.map(|columns| self.next(columns));
        let before = std::mem::replace(&mut self.record, record);
        self.note(epoch, before);
    }

    /// A record of the next version.
    pub(super) fn next(&mut self, columns: BTreeMap<String, Option<String>>) -> Record {
        self.versions += 1;
        let time = Some(SystemTime::now());
        Record { version: self.versions, time, columns, ..Record::default() }
    }

    /// Logs that the active row was `before`.
    #[cfg(feature = "ops")]
    fn note(&mut self, epoch: u64, before: Option<Record>) {
        let before = before.map(|record| (RowState::Active, record));
        if before.is_some() || self.record.is_some() {
            self.log.push_back(Line::new(epoch, before, self.record.clone()));
        }
    }

    /// Forgets the oldest of more changes than are told of.
    #[cfg(feature = "ops")]
    pub(super) fn forget_oldest(&mut self) {
        self.log.drain(..self.log.len().saturating_sub(MOST_LINES));
    }

    /// There is nothing to forget.
    #[cfg(not(feature = "ops"))]
    pub(super) fn forget_oldest(&mut self) {}

    /// Without operators nobody asks what a row was.
    #[cfg(not(feature = "ops"))]
    fn note(&mut self, _epoch: u64, _before: Option<Record>) {}

    /// Forgets what was done up to `epoch`.
    #[cfg(feature = "ops")]
    pub(super) fn forget(&mut self, epoch: u64) {
        self.log.retain(|line| line.epoch > epoch);
    }

    /// There is nothing to forget.
    #[cfg(not(feature = "ops"))]
    pub(super) fn forget(&mut self, _epoch: u64) {}
}

#[cfg(feature = "ops")]
impl Line {
    /// A change of nobody in particular from one row to another.
    pub(super) fn new(
        epoch: u64,
        before: Option<(RowState, Record)>,
        after: Option<Record>,
    ) -> Self {
        let what = match (&before, &after) {
            (None, _) => Done::Insert,
            (Some(_), Some(_)) => Done::Update,
            (Some(_), None) => Done::Delete,
        };
        let (who, time) = (super::past::NOBODY.to_owned(), SystemTime::now());
        Self { epoch, what, before, after, who, why: None, time }
    }
}

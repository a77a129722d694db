//! What the refresh task remembers of one block between passes.

use std::time::{Duration, Instant, SystemTime};

use super::board::Notice;
use super::status::BlockState;
use crate::block::{Columns, Faults};
use crate::record::Record;
use crate::schema::BlockSchema;

/// What the refresh task remembers of one block between passes.
#[derive(Debug)]
pub(super) struct Track {
    /// The row behind the last good value; `None` while no row, or absence of one, stands behind it.
    pub(super) read: Option<Option<Record>>,
    /// What was read from disk in the store's stead.
    recalled: Option<Option<Record>>,
    /// The row that was turned away, so that it is not tried again until it changes.
    pub(super) refused: Option<Refused>,
    /// Why the block alone cannot be read.
    pub(super) unreadable: Option<String>,
    /// The texts of fields that wait for a restart, from start on.
    pub(super) held: Option<Columns>,
    pub(super) pending_restart: Vec<&'static str>,
    /// How many values were brought into their range.
    pub(super) clamped: u64,
    /// Since when the row is turned away, or the block cannot be read, without a break.
    trouble_since: Option<SystemTime>,
    started: SystemTime,
    last_success: Option<SystemTime>,
    confirmed: Instant,
    expired: Option<SystemTime>,
}

/// A row that was turned away.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) record: Record,
    pub(super) faults: Faults,
}

impl Track {
    pub(super) fn new() -> Self {
        Self {
            read: None,
            recalled: None,
            refused: None,
            unreadable: None,
            held: None,
            pending_restart: Vec::new(),
            clamped: 0,
            trouble_since: None,
            started: SystemTime::now(),
            last_success: None,
            confirmed: Instant::now(),
            expired: None,
        }
    }

    /// Whether the block has to be asked for whatever the source thinks has changed.
    pub(super) fn is_wanting(&self) -> bool {
        self.unreadable.is_some() || (self.read.is_none() && self.refused.is_none())
    }

    /// The store has answered for this block.
    pub(super) fn confirm(&mut self) {
        self.last_success = Some(SystemTime::now());
        self.confirmed = Instant::now();
        self.expired = None;
    }

    /// How long ago the store answered for this block.
    pub(super) fn age(&self) -> Duration {
        self.confirmed.elapsed()
    }

    /// Notes since when something is wrong with the block, or that nothing is.
    pub(super) fn date(&mut self) {
        let since = self.trouble_since.take().unwrap_or_else(SystemTime::now);
        self.trouble_since = (!self.is_good()).then_some(since);
    }

    /// Whether nothing is known to be wrong with the block.
    pub(super) fn is_good(&self) -> bool {
        self.refused.is_none() && self.unreadable.is_none()
    }

    /// The row that the store holds, as far as is known.
    pub(super) fn row(&self) -> Option<&Record> {
        match &self.refused {
            Some(refused) => Some(&refused.record),
            None => self.read.as_ref()?.as_ref(),
        }
    }

    /// A row that was kept on disk at `time` stands in for the store's.
    pub(super) fn recall(&mut self, record: Option<Record>, time: SystemTime) {
        self.recalled = Some(record);
        if self.read.is_none() && self.last_success.is_none() {
            self.last_success = Some(time);
            let age = time.elapsed().unwrap_or_default();
            self.confirmed = self.confirmed.checked_sub(age).unwrap_or(self.confirmed);
        }
    }

    /// Whether readers have nothing but defaults that no store stands behind.
    pub(super) fn is_unbacked(&self) -> bool {
        self.read.is_none() && self.recalled.is_none()
    }

    /// When the block expires unless the store confirms it before; `None` if it never does, or has.
    pub(super) fn expires_at(&self, schema: &BlockSchema) -> Option<Instant> {
        let max_stale: Duration = schema.max_stale?;
        let at = self.confirmed.checked_add(max_stale)?;
        self.expired.is_none().then_some(at)
    }

    pub(super) fn expire(&mut self) {
        self.expired = Some(SystemTime::now());
    }

    /// Keeps the present texts of the fields that wait for a restart.
    pub(super) fn hold(&mut self, schema: &BlockSchema) {
        let record = self.read.as_ref().or(self.recalled.as_ref());
        let record = record.and_then(Option::as_ref);
        let text =
            |column: &str| record.and_then(|record| record.columns.get(column).cloned()).flatten();
        let fields = schema.fields.iter().filter(|field| field.restart);
        let held: Columns =
            fields.map(|field| (field.column.to_owned(), text(field.column))).collect();
        self.held = (!held.is_empty()).then_some(held);
    }

    pub(super) fn notice(&self, store_reached: bool) -> Notice {
        let state = if let Some(since) = self.expired {
            BlockState::Expired { since }
        } else if let Some(refused) = &self.refused {
            BlockState::Rejected { faults: refused.faults.clone() }
        } else if store_reached && self.unreadable.is_none() && self.read.is_some() {
            BlockState::Fresh
        } else {
            BlockState::Stale { since: self.last_success.unwrap_or(self.started) }
        };
        Notice {
            state,
            last_success: self.last_success,
            pending_restart: self.pending_restart.clone(),
            clamped: self.clamped,
            error: self.unreadable.clone(),
            trouble_since: self.trouble_since,
        }
    }
}

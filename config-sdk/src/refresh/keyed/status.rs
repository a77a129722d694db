//! How a keyed block stands.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use serde::Serialize;

use crate::block::Faults;
use crate::keyed::{AnyShelf, Stats};
use crate::refresh::BlockState;
use crate::time::rfc3339;

/// Most rows that are turned away, or not read, that a status lists.
const LISTED: usize = 10;

/// How a keyed block stands.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct KeyedStatus {
    /// The block's name.
    pub name: &'static str,
    /// Whether every copy is in memory.
    pub resident: bool,
    /// How many copies are in memory.
    pub entries: usize,
    /// How good they are as a whole; of single keys see `rejected`.
    pub state: BlockState,
    /// When the store last confirmed them.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub last_success: Option<SystemTime>,
    /// Whether nothing tells of its changes, so that it is found by polling alone: a table that was
    /// adopted without triggers.
    pub untracked: bool,
    /// Since when a row is turned away or the block cannot be read, if so.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub trouble_since: Option<SystemTime>,
    /// How many rows are turned away; their keys keep the last good copy.
    pub rejected: usize,
    /// What is wrong with the first ten of them.
    pub faults: Vec<Faults>,
    /// Rows that nobody reads, and why; the first ten.
    pub odd: Vec<String>,
    /// How many values were brought into their range since start.
    pub clamped: u64,
    /// Why the block cannot be read, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Reads and loads of a block of which not every copy is in memory. What takes a walk through all
    /// copies is left out; see [`Keyed::stats`](crate::Keyed::stats).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
}

/// How a keyed block stands, as far as its shelf does not say.
#[derive(Clone, Debug)]
pub(crate) struct KeyedNotice {
    pub(in crate::refresh) shelf: Arc<dyn AnyShelf>,
    pub(in crate::refresh) state: BlockState,
    pub(in crate::refresh) last_success: Option<SystemTime>,
    pub(in crate::refresh) trouble_since: Option<SystemTime>,
    pub(in crate::refresh) error: Option<String>,
    pub(in crate::refresh) odd: Vec<String>,
}

impl KeyedNotice {
    /// Of a block that no store has been asked for.
    pub(crate) fn unasked(shelf: Arc<dyn AnyShelf>, state: BlockState) -> Self {
        Self { shelf, state, last_success: None, trouble_since: None, error: None, odd: Vec::new() }
    }

    /// How it stands, where the store's epoch does not count the changes of `untracked` blocks.
    pub(in crate::refresh) fn status(&self, untracked: &BTreeSet<&'static str>) -> KeyedStatus {
        let schema = self.shelf.schema();
        let (rejected, faults) = self.shelf.refusals().first(LISTED);
        KeyedStatus {
            name: schema.name,
            resident: schema.resident,
            entries: self.shelf.len(),
            state: self.state.clone(),
            last_success: self.last_success,
            untracked: untracked.contains(schema.name),
            trouble_since: self.trouble_since,
            rejected,
            faults,
            odd: self.odd.iter().take(LISTED).cloned().collect(),
            clamped: self.shelf.clamped().load(Ordering::Relaxed),
            error: self.error.clone(),
            stats: self.shelf.bounded().map(|bounded| bounded.tally()),
        }
    }
}

impl KeyedStatus {
    pub(in crate::refresh) fn is_ready(&self) -> bool {
        self.state == BlockState::Fresh
    }
}

impl fmt::Display for KeyedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = if self.resident { "resident" } else { "bounded" };
        write!(f, "{} ({kept}, {} keys): {}", self.name, self.entries, self.state)?;
        let since = self.trouble_since.map(|since| format!(" since {}", rfc3339(since)));
        let since = since.unwrap_or_default();
        if let Some(error) = &self.error {
            write!(f, "\n    cannot be read{since}: {error}")?;
        }
        if self.untracked {
            write!(
                f,
                "\n    nothing tells of its changes: they are found by polling; see `adopt_now`"
            )?;
        }
        if self.rejected > 0 {
            let count = self.rejected;
            write!(
                f,
                "\n    rows turned away{since}: {count}; their keys keep the last good copy"
            )?;
        }
        for fault in self.faults.iter().flatten() {
            write!(f, "\n    {fault}")?;
        }
        for odd in &self.odd {
            write!(f, "\n    not read: {odd}")?;
        }
        if self.clamped > 0 {
            write!(f, "\n    values brought into their range: {}", self.clamped)?;
        }
        if let Some(stats) = &self.stats {
            write!(f, "\n    {}", stats.to_string().replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

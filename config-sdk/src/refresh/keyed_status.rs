//! How a keyed block stands.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use serde::Serialize;

use super::status::BlockState;
use crate::block::Faults;
use crate::keyed::{AnyShelf, Stats};

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
    /// Reads and loads of a block of which not every copy is in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
}

/// How a keyed block stands, as far as its shelf does not say.
#[derive(Clone, Debug)]
pub(crate) struct KeyedNotice {
    pub(super) shelf: Arc<dyn AnyShelf>,
    pub(super) state: BlockState,
    pub(super) last_success: Option<SystemTime>,
    pub(super) error: Option<String>,
    pub(super) odd: Vec<String>,
}

impl KeyedNotice {
    /// Of a block that no store has been asked for.
    pub(crate) fn unasked(shelf: Arc<dyn AnyShelf>, state: BlockState) -> Self {
        Self { shelf, state, last_success: None, error: None, odd: Vec::new() }
    }

    pub(super) fn status(&self) -> KeyedStatus {
        let schema = self.shelf.schema();
        let (rejected, faults) = self.shelf.refusals().first(LISTED);
        KeyedStatus {
            name: schema.name,
            resident: schema.resident,
            entries: self.shelf.len(),
            state: self.state.clone(),
            last_success: self.last_success,
            rejected,
            faults,
            odd: self.odd.iter().take(LISTED).cloned().collect(),
            clamped: self.shelf.clamped().load(Ordering::Relaxed),
            error: self.error.clone(),
            stats: self.shelf.bounded().map(|bounded| bounded.stats()),
        }
    }
}

impl KeyedStatus {
    pub(super) fn is_ready(&self) -> bool {
        self.state == BlockState::Fresh
    }
}

impl fmt::Display for KeyedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = if self.resident { "resident" } else { "bounded" };
        write!(f, "{} ({kept}, {} keys): {}", self.name, self.entries, self.state)?;
        if let Some(error) = &self.error {
            write!(f, "\n    cannot be read: {error}")?;
        }
        if self.rejected > 0 {
            write!(
                f,
                "\n    rows turned away: {}; their keys keep the last good copy",
                self.rejected
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

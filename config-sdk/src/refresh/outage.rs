//! Since when the store cannot be read: told when it begins and when it ends, and not in between.

use std::time::SystemTime;

use tracing::{info, warn};

use super::board::Board;
use super::event::Event;
use super::status::StoreState;
use crate::source::SourceError;

/// Since when the store cannot be read, if so.
#[derive(Debug, Default)]
pub(super) struct Outage {
    since: Option<SystemTime>,
    /// Whether the store was ever read.
    was_read: bool,
    /// Whether it was told that somebody has to do something about it.
    refused: bool,
}

impl Outage {
    pub(super) fn is_now(&self) -> bool {
        self.since.is_some()
    }

    /// The store cannot be read, again or for the first time.
    pub(super) fn goes_on(&mut self, board: &Board, source: &str, error: &SourceError) {
        let begins = self.since.is_none();
        let since = *self.since.get_or_insert_with(SystemTime::now);
        let (error, refuses) = (error.to_string(), !error.is_passing());
        if begins {
            if self.was_read {
                warn!(source, error, "the store cannot be read; the last good values stay");
            } else {
                warn!(source, error, "the store cannot be read; disk or defaults stand in for it");
            }
            let error = error.clone();
            board.tell(Event::StoreLost { error });
        } else if refuses && !self.refused {
            warn!(source, error, "the store answers again, and refuses");
        }
        self.refused |= refuses;
        board.set_store(StoreState::Unreachable { since, error });
    }

    /// The store was read at `epoch`, and readers have that of `before`.
    pub(super) fn ends(&mut self, board: &Board, source: &str, before: u64, epoch: u64) {
        board.set_store(StoreState::Connected);
        if epoch < before {
            warn!(
                source,
                before,
                epoch,
                "the store is older than it was, as a restored backup or another database is; \
                 readers get what it holds now"
            );
        }
        (self.was_read, self.refused) = (true, false);
        if let Some(since) = self.since.take() {
            let seconds = since.elapsed().unwrap_or_default().as_secs();
            info!(source, seconds, "the store can be read again");
            board.tell(Event::StoreBack);
        }
    }
}

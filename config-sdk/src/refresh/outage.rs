//! Since when the store cannot be read: told when it begins and when it ends, and not in between.

use std::time::SystemTime;

use tracing::{info, warn};

use super::board::Board;
use super::event::Event;
use super::status::StoreState;
use crate::source::SourceError;

/// Since when the store cannot be read, if so.
#[derive(Debug, Default)]
pub(super) struct Outage(Option<SystemTime>);

impl Outage {
    pub(super) fn is_now(&self) -> bool {
        self.0.is_some()
    }

    /// The store cannot be read, again or for the first time.
    pub(super) fn goes_on(&mut self, board: &Board, source: &str, error: &SourceError) {
        let begins = self.0.is_none();
        let since = *self.0.get_or_insert_with(SystemTime::now);
        let error = error.to_string();
        if begins {
            warn!(source, error, "the store cannot be read; the last good values stay");
            let error = error.clone();
            board.tell(Event::StoreLost { error });
        }
        board.set_store(StoreState::Unreachable { since, error });
    }

    /// The store was read.
    pub(super) fn ends(&mut self, board: &Board, source: &str) {
        board.set_store(StoreState::Connected);
        if let Some(since) = self.0.take() {
            let seconds = since.elapsed().unwrap_or_default().as_secs();
            info!(source, seconds, "the store can be read again");
            board.tell(Event::StoreBack);
        }
    }
}

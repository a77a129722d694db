//! Everything that happens, as a stream.

use std::fmt;

use serde::Serialize;
use tokio::sync::broadcast;

use crate::block::Faults;
use crate::key::Key;

/// What made a pass run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Trigger {
    /// The program started.
    Start,
    /// The store said that something changed.
    Push,
    /// The time to live was over.
    Poll,
    /// Somebody asked for it.
    Forced,
    /// The store can be reached, or heard, again.
    Reconnect,
    /// The value was stale for longer than its block allows.
    Expiry,
}

impl Trigger {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Push => "push",
            Self::Poll => "poll",
            Self::Forced => "forced",
            Self::Reconnect => "reconnect",
            Self::Expiry => "expiry",
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Readers have a new value of a block.
    Published {
        /// The block's name.
        block: &'static str,
        /// Number of the stored copy.
        version: u64,
        /// The store's epoch.
        epoch: u64,
        /// The fields that differ from before.
        fields: Vec<&'static str>,
        /// What made the pass run.
        trigger: Trigger,
    },
    /// A row was turned away, for the first time or with other faults than before.
    Rejected {
        /// The block's name.
        block: &'static str,
        /// Number of the stored copy.
        version: u64,
        /// Everything wrong with it.
        faults: Faults,
    },
    /// The row that was turned away is gone, and the store holds the values that readers have. (Where
    /// it holds others, `Published` tells.)
    Accepted {
        /// The block's name.
        block: &'static str,
        /// Number of the stored copy.
        version: u64,
    },
    /// A number was brought into its range.
    Clamped {
        /// The block's name.
        block: &'static str,
        /// Whose copy it is, of a keyed block.
        key: Option<Key>,
        /// The field's name.
        field: &'static str,
        /// What the store holds.
        from: String,
        /// What readers get.
        to: String,
    },
    /// Copies of a keyed block changed; what is in memory of them is exchanged, or dropped and loaded
    /// again when it is asked for.
    KeysChanged {
        /// The block's name.
        block: &'static str,
        /// Which copies; `None` if any may have.
        keys: Option<Vec<Key>>,
        /// The store's epoch.
        epoch: u64,
        /// What made the pass run.
        trigger: Trigger,
    },
    /// One block cannot be read; the others can.
    Unavailable {
        /// The block's name.
        block: &'static str,
        /// Why not.
        reason: String,
    },
    /// A block was stale for longer than it allows.
    Expired {
        /// The block's name.
        block: &'static str,
    },
    /// The store cannot be read.
    StoreLost {
        /// Why not.
        error: String,
    },
    /// The store can be read again.
    StoreBack,
    /// Changes are heard of at once.
    PushWorks,
    /// Changes are no longer heard of at once; polling goes on.
    PushLost {
        /// Why.
        reason: String,
    },
    /// This reader was too slow and missed events; `status` tells how things stand.
    Missed {
        /// How many.
        count: u64,
    },
}

/// A stream of events, from when it was asked for.
///
/// It is bounded: a reader that dawdles loses the oldest and is told how many.
#[derive(Debug)]
pub struct Events(pub(super) broadcast::Receiver<Event>);

impl Events {
    /// The next event; `None` once the configuration has been shut down. Cancel safe.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Event::Missed { count }),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

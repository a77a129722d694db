//! How things stand: the store, push, and every block.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use super::keyed::KeyedStatus;
use crate::block::Faults;
use crate::cell::Origin;
use crate::source::TierStatus;
use crate::time::rfc3339;

/// How things stand. `Display` prints it for people, `Serialize` for programs.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// What the store is and where; never with a password.
    pub source: String,
    /// Whether the store can be read.
    pub store: StoreState,
    /// Whether changes are heard of at once.
    pub push: PushState,
    /// Why listening was lost, if it is: what the last try came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_error: Option<String>,
    /// Whether the last good values are kept on disk.
    pub kept: KeptState,
    /// How the shared tier stands that is asked before the store, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierStatus>,
    /// The store's epoch that readers have.
    pub epoch: u64,
    /// Block by block, in the order they were registered.
    pub blocks: Vec<BlockStatus>,
    /// Keyed block by keyed block, in the order they were registered.
    pub keyed: Vec<KeyedStatus>,
}

/// Whether the store can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StoreState {
    /// The last pass succeeded.
    Connected,
    /// The last pass failed.
    Unreachable {
        /// When the first pass failed.
        #[serde(serialize_with = "crate::time::serialize")]
        since: SystemTime,
        /// Why the last one did.
        error: String,
    },
}

/// Whether changes are heard of at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PushState {
    /// They are.
    Push,
    /// Listening cannot work here: changes are found by polling.
    PollOnly {
        /// Why not.
        reason: String,
    },
    /// Listening was lost and is being tried again; meanwhile changes are found by polling.
    Disconnected {
        /// When it was lost.
        #[serde(serialize_with = "crate::time::serialize")]
        since: SystemTime,
    },
    /// There is nothing to listen to.
    None,
}

/// Whether the last good values are kept on disk, for a start while the store is away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeptState {
    /// They are.
    Kept,
    /// They cannot be written; readers are not affected.
    Failing {
        /// When that began.
        #[serde(serialize_with = "crate::time::serialize")]
        since: SystemTime,
        /// Why the last try failed.
        error: String,
    },
    /// Nobody asked for it.
    None,
}

/// How one block stands.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct BlockStatus {
    /// The block's name.
    pub name: &'static str,
    /// Number of the stored copy that readers have; 0 for none.
    pub version: u64,
    /// Where what readers have came from.
    pub origin: Origin,
    /// How good it is.
    pub state: BlockState,
    /// When readers got it.
    #[serde(serialize_with = "crate::time::serialize")]
    pub since: SystemTime,
    /// When the store last confirmed it.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub last_success: Option<SystemTime>,
    /// Fields whose stored value waits for a restart.
    pub pending_restart: Vec<&'static str>,
    /// How many values were brought into their range since start.
    pub clamped: u64,
    /// Why the block alone cannot be read, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Since when the store's row is turned away, or the block alone cannot be read, if so.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub trouble_since: Option<SystemTime>,
}

/// How good the value is that readers have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BlockState {
    /// What the store holds.
    Fresh,
    /// The store could not be asked.
    Stale {
        /// When the store last confirmed the value, or when the program started without it.
        #[serde(serialize_with = "crate::time::serialize")]
        since: SystemTime,
    },
    /// The store holds a row that was turned away; readers have the last good value.
    Rejected {
        /// Everything wrong with it.
        faults: Faults,
    },
    /// Stale for longer than the block's `max_stale`.
    Expired {
        /// When that was over.
        #[serde(serialize_with = "crate::time::serialize")]
        since: SystemTime,
    },
}

impl Status {
    /// The block of that name.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&BlockStatus> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// The keyed block of that name.
    #[must_use]
    pub fn keyed(&self, name: &str) -> Option<&KeyedStatus> {
        self.keyed.iter().find(|block| block.name == name)
    }

    /// Whether every block has a value that the store stands behind: what a readiness probe asks.
    /// It may go back: a store that is lost makes it false again.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.store == StoreState::Connected
            && self.blocks.iter().all(BlockStatus::is_ready)
            && self.keyed.iter().all(KeyedStatus::is_ready)
    }
}

impl BlockStatus {
    fn is_ready(&self) -> bool {
        match self.state {
            BlockState::Fresh => true,
            BlockState::Rejected { .. } => self.version > 0 || self.origin == Origin::Fixed,
            _ => false,
        }
    }

    /// What readers get while the store does not stand behind it.
    fn stand_in(&self) -> &'static str {
        match self.origin {
            Origin::Default => "readers get the defaults",
            Origin::Disk => "readers get the last good value from disk",
            _ => "readers keep the last good value",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "store  {} {}", self.source, self.store)?;
        write!(f, "push   {}", self.push)?;
        match &self.push_error {
            Some(error) => writeln!(f, ": {error}")?,
            None => writeln!(f)?,
        }
        if self.kept != KeptState::None {
            writeln!(f, "kept   {}", self.kept)?;
        }
        if let Some(tier) = &self.tier {
            writeln!(f, "tier   {tier}")?;
        }
        write!(f, "epoch  {}", self.epoch)?;
        let width = self.blocks.iter().map(|block| block.name.len()).max();
        let width = width.unwrap_or(0).max("block".len());
        write!(f, "\n\n{:<width$}  {:>7}  {:<11}  state", "block", "version", "origin")?;
        for block in &self.blocks {
            write!(
                f,
                "\n{:<width$}  {:>7}  {:<11}  {}",
                block.name, block.version, block.origin, block.state
            )?;
            if block.state != BlockState::Fresh {
                write!(f, "; {}", block.stand_in())?;
            }
            let since = block.trouble_since.map(|since| format!(" since {}", rfc3339(since)));
            let since = since.unwrap_or_default();
            if let Some(error) = &block.error {
                write!(f, "\n{:width$}  cannot be read{since}: {error}", "")?;
            }
            if let BlockState::Rejected { faults } = &block.state {
                write!(f, "\n{:width$}  turned away{since}; correct the row:", "")?;
                for fault in faults {
                    write!(f, "\n{:width$}  {fault}", "")?;
                }
            }
            if block.clamped > 0 {
                write!(f, "\n{:width$}  values brought into their range: {}", "", block.clamped)?;
            }
            if !block.pending_restart.is_empty() {
                let fields = block.pending_restart.join(", ");
                write!(f, "\n{:width$}  waits for a restart: {fields}", "")?;
            }
        }
        self.keyed.iter().try_for_each(|block| write!(f, "\n\n{block}"))
    }
}

impl fmt::Display for StoreState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::Unreachable { since, error } => {
                write!(f, "unreachable since {}: {error}", rfc3339(*since))
            }
        }
    }
}

impl fmt::Display for PushState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Push => f.write_str("works: changes arrive at once"),
            Self::PollOnly { reason } => write!(f, "poll only: {reason}"),
            Self::Disconnected { since } => {
                write!(f, "lost since {}; polling goes on", rfc3339(*since))
            }
            Self::None => f.write_str("none"),
        }
    }
}

impl fmt::Display for KeptState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept => f.write_str("on disk"),
            Self::Failing { since, error } => write!(
                f,
                "not on disk since {}: {error}; readers are not affected, and it is tried again within 1.5 s",
                rfc3339(*since)
            ),
            Self::None => f.write_str("nowhere"),
        }
    }
}

impl fmt::Display for BlockState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fresh => f.write_str("fresh"),
            Self::Stale { since } => write!(f, "stale since {}", rfc3339(*since)),
            Self::Rejected { .. } => f.write_str("rejected"),
            Self::Expired { since } => write!(f, "expired since {}", rfc3339(*since)),
        }
    }
}

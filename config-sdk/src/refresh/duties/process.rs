//! What a process says of itself to operators.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::block::Faults;
use crate::refresh::{BlockState, Status};

/// Most faults that a process tells of one block.
const MOST_FAULTS: usize = 10;

/// A process that reads the store and [reports itself](crate::ConfigBuilder::report_as).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)] // processes of other releases say more, or less
#[non_exhaustive]
pub struct Process {
    /// What tells it from every other.
    pub id: String,
    /// What the program is called.
    pub name: String,
    /// Which build of it runs.
    pub build: String,
    /// The machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// When it started, by its machine's clock, as RFC 3339 prints it.
    pub started: String,
    /// How long ago it said this, by the store's clock. Serialized as seconds.
    #[serde(rename = "age_seconds", with = "crate::time::seconds")]
    pub age: Duration,
    /// The epoch that its readers have.
    pub epoch: u64,
    /// Whether every block has a value that the store stands behind.
    pub ready: bool,
    /// Whether it hears of changes at once, in words.
    pub push: String,
    /// Its blocks.
    pub blocks: Vec<RunningBlock>,
    /// Its keyed blocks.
    pub keyed: Vec<RunningKeyed>,
}

/// A block in a process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RunningBlock {
    /// Its name.
    pub name: String,
    /// The version that readers have.
    pub version: u64,
    /// How good that is, in a word.
    pub state: String,
    /// Why a newer row was turned away; the first ten faults.
    pub faults: Vec<String>,
    /// Fields whose stored value waits for a restart.
    pub pending_restart: Vec<String>,
}

/// A keyed block in a process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RunningKeyed {
    /// Its name.
    pub name: String,
    /// How good its copies are as a whole, in a word.
    pub state: String,
    /// How many copies are in memory.
    pub entries: usize,
    /// How many rows are turned away.
    pub rejected: usize,
    /// Why; the first ten faults.
    pub faults: Vec<String>,
    /// Reads and loads, of a block of which not every copy is in memory.
    pub stats: Option<serde_json::Value>,
}

impl Process {
    /// What `status` says of a process.
    pub(super) fn tell(&mut self, status: &Status) {
        self.epoch = status.epoch;
        self.ready = status.is_ready();
        self.push = status.push.to_string();
        let blocks = status.blocks.iter().map(|block| RunningBlock {
            name: block.name.to_owned(),
            version: block.version,
            state: word(&block.state).to_owned(),
            faults: match &block.state {
                BlockState::Rejected { faults } => told([faults]),
                _ => block.error.iter().cloned().collect(),
            },
            pending_restart: block.pending_restart.iter().map(|&name| name.to_owned()).collect(),
        });
        self.blocks = blocks.collect();
        let keyed = status.keyed.iter().map(|block| RunningKeyed {
            name: block.name.to_owned(),
            state: word(&block.state).to_owned(),
            entries: block.entries,
            rejected: block.rejected,
            faults: told(&block.faults),
            stats: block.stats.as_ref().and_then(|stats| serde_json::to_value(stats).ok()),
        });
        self.keyed = keyed.collect();
    }

    /// Whether `status` says anything else; how much is read and kept does not count.
    pub(super) fn differs(&self, status: &Status) -> bool {
        let mut other = self.clone();
        other.tell(status);
        let keyed = |process: &Self| -> Vec<_> {
            let keyed = process.keyed.iter();
            keyed.map(|block| (block.state.clone(), block.rejected, block.faults.clone())).collect()
        };
        (self.epoch, self.ready, &self.push, &self.blocks)
            != (other.epoch, other.ready, &other.push, &other.blocks)
            || keyed(self) != keyed(&other)
    }

    /// Whether any block is turned away or cannot be read.
    #[must_use]
    pub fn is_refusing(&self) -> bool {
        self.blocks.iter().any(|block| !block.faults.is_empty())
            || self.keyed.iter().any(|block| block.rejected > 0)
    }
}

fn word(state: &BlockState) -> &'static str {
    match state {
        BlockState::Fresh => "fresh",
        BlockState::Stale { .. } => "stale",
        BlockState::Rejected { .. } => "rejected",
        BlockState::Expired { .. } => "expired",
    }
}

fn told<'a>(faults: impl IntoIterator<Item = &'a Faults>) -> Vec<String> {
    let faults = faults.into_iter().flat_map(Faults::iter);
    faults.take(MOST_FAULTS).map(ToString::to_string).collect()
}

//! What one refresh did, block by block.

use std::fmt;

use serde::Serialize;

use super::Force;
use crate::block::Faults;
use crate::cell::Cells;

/// What one refresh did: the blocks that were asked for, and any other that moved with them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RefreshReport {
    /// The store's epoch that readers have now.
    pub epoch: u64,
    /// Block by block, in the order they were registered.
    pub blocks: Vec<BlockReport>,
}

/// What a refresh did with one block.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BlockReport {
    /// The block's name.
    pub name: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it could not be read, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl BlockReport {
    pub(super) fn of(name: &'static str, outcome: Outcome) -> Self {
        Self { name, outcome, error: None }
    }

    pub(super) fn unavailable(name: &'static str, error: String) -> Self {
        Self { name, outcome: Outcome::Unavailable, error: Some(error) }
    }
}

/// What became of one block in a refresh.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Readers have a new value, which differs in these fields; of a keyed block of which not every
    /// copy is in memory they are not known, and not listed.
    Changed {
        /// Names of the fields.
        fields: Vec<&'static str>,
    },
    /// The store holds what readers have.
    Unchanged,
    /// The store's row was turned away; readers keep the last good value.
    Rejected {
        /// Everything wrong with it.
        faults: Faults,
    },
    /// The block could not be read; readers keep the last good value.
    Unavailable,
}

impl RefreshReport {
    /// Of blocks that never change.
    pub(crate) fn standing(cells: &Cells, force: &Force) -> Self {
        let names = cells.blocks().iter().map(|block| block.schema().name);
        let names = names.filter(|name| force.names(name));
        Self {
            epoch: *cells.epoch().borrow(),
            blocks: names.map(|name| BlockReport::of(name, Outcome::Unchanged)).collect(),
        }
    }

    /// The worst of what became of the blocks, in a word.
    pub(super) fn result(&self) -> &'static str {
        let any = |is: fn(&Outcome) -> bool| self.blocks.iter().any(|block| is(&block.outcome));
        if any(|outcome| matches!(outcome, Outcome::Unavailable)) {
            "failed"
        } else if any(|outcome| matches!(outcome, Outcome::Rejected { .. })) {
            "rejected"
        } else if any(|outcome| matches!(outcome, Outcome::Changed { .. })) {
            "changed"
        } else {
            "unchanged"
        }
    }

    /// The part of the report for whoever asked for these blocks.
    pub(super) fn of(&self, force: &Force) -> Self {
        let concerns =
            |block: &&BlockReport| force.names(block.name) || block.outcome != Outcome::Unchanged;
        Self { epoch: self.epoch, blocks: self.blocks.iter().filter(concerns).cloned().collect() }
    }

    /// The block of that name, if the report is about it.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&BlockReport> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// What became of the block of that name, if the report is about it.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.block(name).map(|block| &block.outcome)
    }
}

/// A line for the epoch and one for each block.
impl fmt::Display for RefreshReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}", self.epoch)?;
        for block in &self.blocks {
            write!(f, "\n{:<12} {}", block.name, block.outcome)?;
            if let Some(error) = &block.error {
                write!(f, ": {error}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { fields } if fields.is_empty() => f.write_str("changed"),
            Self::Changed { fields } => write!(f, "changed: {}", fields.join(", ")),
            Self::Unchanged => f.write_str("unchanged"),
            Self::Rejected { faults } => {
                f.write_str("rejected:")?;
                faults.iter().try_for_each(|fault| write!(f, "\n    {fault}"))
            }
            Self::Unavailable => f.write_str("unavailable"),
        }
    }
}

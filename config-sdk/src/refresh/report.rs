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
}

/// What became of one block in a refresh.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Readers have a new value, which differs in these fields.
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
    /// The store could not be read; readers keep the last good value.
    Unavailable {
        /// Why not.
        reason: String,
    },
}

impl RefreshReport {
    /// Of blocks that never change.
    pub(crate) fn standing(cells: &Cells, force: &Force) -> Self {
        let names = cells.blocks().iter().map(|block| block.schema().name);
        let blocks = names.filter(|name| force.names(name));
        Self {
            epoch: *cells.epoch().borrow(),
            blocks: blocks
                .map(|name| BlockReport {
                    name,
                    outcome: Outcome::Unchanged,
                })
                .collect(),
        }
    }

    /// What became of the block of that name, if the report is about it.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        let block = self.blocks.iter().find(|block| block.name == name)?;
        Some(&block.outcome)
    }
}

/// A line for the epoch and one for each block.
impl fmt::Display for RefreshReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}", self.epoch)?;
        for block in &self.blocks {
            write!(f, "\n{:<12} {}", block.name, block.outcome)?;
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { fields } => write!(f, "changed: {}", fields.join(", ")),
            Self::Unchanged => f.write_str("unchanged"),
            Self::Rejected { faults } => {
                f.write_str("rejected:")?;
                faults
                    .iter()
                    .try_for_each(|fault| write!(f, "\n    {fault}"))
            }
            Self::Unavailable { reason } => write!(f, "unavailable: {reason}"),
        }
    }
}

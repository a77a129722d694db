//! What an operator needs of a configuration, running or only put together.

use std::sync::Arc;

use super::builder::ConfigBuilder;
use super::registration::{self, KeyedRegistration, Registration};
use super::{Config, StartError};
use crate::block::BlockType;
use crate::cell::Cells;
use crate::change::Desk;
use crate::refresh::{Board, Duties, Identity, Overlay};
use crate::source::{Source, SourceError};

/// What operators need of a running configuration besides its store.
pub(super) struct Known {
    types: Arc<[BlockType]>,
    overlay: Arc<Overlay>,
    max_record: u64,
}

impl Config {
    /// The store and the blocks' types, and what lies over every row.
    pub(crate) fn desk(&self) -> Result<(Desk, Arc<Overlay>), SourceError> {
        let fixed = || SourceError::refused("a fixed configuration has no store to change");
        let source = self.source()?.ok_or_else(fixed)?;
        let running = self.background().ok_or_else(fixed)?;
        let Known { types, overlay, max_record } = &running.known;
        Ok((Desk::new(source, Arc::clone(types), *max_record), Arc::clone(overlay)))
    }
}

impl ConfigBuilder {
    /// The same, without starting.
    pub(crate) fn desk(&self) -> Result<(Desk, Arc<Overlay>), StartError> {
        let mut mistakes = Vec::new();
        let source = self.source(&mut mistakes);
        registration::clashes(&self.blocks, &self.keyed, &mut mistakes);
        let overlay = Arc::new(self.overlay(&self.schemas(), &mut mistakes));
        match source {
            Some(source) if mistakes.is_empty() => Ok((self.desk_of(&source), overlay)),
            _ => Err(StartError::Mistakes(mistakes)),
        }
    }

    /// Lets operators see this process and what it runs, in `status --fleet`: as `name`, in this `build`,
    /// which is any text (`env!("CARGO_PKG_VERSION")`, a commit). It writes one row, which moves no
    /// epoch, when what there is to say has changed and every 10 s; the row goes away with the process.
    /// Without it the process is not seen, and `set --wait` does not wait for it.
    pub fn report_as(mut self, name: impl Into<String>, build: impl Into<String>) -> Self {
        self.identity = Some(Identity { name: name.into(), build: build.into() });
        self
    }

    pub(super) fn known(&self, overlay: &Arc<Overlay>) -> Known {
        Known { types: self.types(), overlay: Arc::clone(overlay), max_record: self.max_record }
    }

    pub(super) fn desk_of(&self, source: &Arc<dyn Source>) -> Desk {
        Desk::new(Arc::clone(source), self.types(), self.max_record)
    }

    /// What runs beside the passes for operators.
    pub(super) fn duties(
        &self,
        source: &Arc<dyn Source>,
        cells: &Arc<Cells>,
        board: &Arc<Board>,
    ) -> Duties {
        Duties {
            desk: self.desk_of(source),
            identity: self.identity.clone(),
            cells: Arc::clone(cells),
            board: Arc::clone(board),
        }
    }

    /// The types of all blocks, the keyed ones last.
    pub(super) fn types(&self) -> Arc<[BlockType]> {
        let blocks = self.blocks.iter().map(Registration::block_type);
        blocks.chain(self.keyed.iter().map(KeyedRegistration::block_type)).collect()
    }
}

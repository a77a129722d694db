//! All cells of one `Config`: in the order of their blocks, by name, and as a snapshot.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use foldhash::fast::RandomState;
use tokio::sync::watch;

use super::slots::{AnyCell, Slots};
use super::snapshot::Moment;
use super::{Cell, Erased, Meta, Published, Ready, Snapshot};
use crate::block::ConfigBlock;

/// The cells of one `Config`.
pub(crate) struct Cells {
    slots: Slots,
    blocks: Vec<Arc<dyn Erased>>,
    /// The places of the blocks by name.
    names: HashMap<&'static str, usize, RandomState>,
    /// What else is part of every snapshot.
    others: Vec<Arc<dyn Standing>>,
    moment: ArcSwap<Moment>,
    epoch: watch::Sender<u64>,
}

/// What is part of every snapshot and no cell of one block.
pub(crate) trait Standing: Send + Sync {
    /// Its place in a snapshot.
    fn slot(&self) -> usize;

    /// What a snapshot keeps of how it stands now.
    fn standing(&self) -> Arc<dyn Any + Send + Sync>;
}

/// A cell in the making, before it is known which others there are.
pub(crate) struct Fresh {
    slot: usize,
    any: AnyCell,
    erased: Arc<dyn Erased>,
}

impl Fresh {
    /// A cell with its first value; `None` if that is of another block's type.
    pub(crate) fn new<T: ConfigBlock>(first: Ready, meta: Meta) -> Option<Self> {
        let cell = Arc::new(Cell::<T>::new(Published::of(first, meta)?));
        Some(Self { slot: T::slot().index(), any: Box::new(Arc::clone(&cell)), erased: cell })
    }

    /// Whether both are of the same block type.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

/// What a pass decided of one block.
pub(crate) enum Turn {
    /// A new value.
    Publish(Ready, Meta),
    /// The same value, known better.
    Restamp(Meta),
}

impl Cells {
    pub(crate) fn new(fresh: Vec<Fresh>, others: Vec<Arc<dyn Standing>>) -> Self {
        let (slots, blocks): (Vec<_>, Vec<_>) =
            fresh.into_iter().map(|cell| ((cell.slot, cell.any), cell.erased)).unzip();
        let cells = Self {
            names: blocks.iter().map(|block| block.schema().name).zip(0..).collect(),
            slots: Slots::new(slots),
            blocks,
            others,
            moment: ArcSwap::from_pointee(Moment { epoch: 0, blocks: Vec::new() }),
            epoch: watch::Sender::new(0),
        };
        cells.advance(0);
        cells
    }

    /// Where readers look for them.
    pub(crate) fn slots(&self) -> Slots {
        self.slots.clone()
    }

    /// All blocks, in the order they were registered.
    pub(crate) fn blocks(&self) -> &[Arc<dyn Erased>] {
        &self.blocks
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Arc<dyn Erased>> {
        self.blocks.get(*self.names.get(name)?)
    }

    #[inline]
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot(self.moment.load())
    }

    /// The epoch that readers have.
    pub(crate) fn epoch(&self) -> watch::Receiver<u64> {
        self.epoch.subscribe()
    }

    /// Publishes what one pass found: first each block, then the snapshot. Returns the places of the
    /// blocks that have a new value, to be announced once everything else that is known of them is in
    /// its place.
    pub(crate) fn publish(&self, turns: Vec<(usize, Turn)>, epoch: u64) -> Vec<usize> {
        let mut changed = Vec::new();
        for (place, turn) in turns {
            let Some(block) = self.blocks.get(place) else {
                continue;
            };
            match turn {
                Turn::Publish(ready, meta) => {
                    block.publish(ready, meta);
                    changed.push(place);
                }
                Turn::Restamp(meta) => block.restamp(meta),
            }
        }
        self.advance(epoch);
        changed
    }

    /// Wakes those who wait for one of the `changed` blocks, and those who wait for the epoch last of
    /// all.
    pub(crate) fn announce(&self, changed: &[usize], epoch: u64) {
        changed
            .iter()
            .filter_map(|place| self.blocks.get(*place))
            .for_each(|block| block.signal().wake());
        self.epoch.send_if_modified(|known| std::mem::replace(known, epoch) != epoch);
    }

    /// Lets those who wait for a change know that there will be none.
    pub(crate) fn close(&self) {
        self.blocks.iter().for_each(|block| block.signal().close());
    }

    fn advance(&self, epoch: u64) {
        let published = |block: &Arc<dyn Erased>| block.published() as Arc<dyn Any + Send + Sync>;
        let blocks = self.blocks.iter().map(|block| (block.slot(), published(block)));
        let others = self.others.iter().map(|other| (other.slot(), other.standing()));
        let all: Vec<_> = blocks.chain(others).collect();
        let size = all.iter().map(|(slot, _)| slot + 1).max().unwrap_or(0);
        let mut blocks = vec![None; size];
        for (slot, standing) in all {
            blocks[slot] = Some(standing);
        }
        self.moment.store(Arc::new(Moment { epoch, blocks }));
    }
}

impl std::fmt::Debug for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.blocks).finish()
    }
}

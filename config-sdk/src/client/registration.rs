//! The blocks that a builder was given, and what can be wrong with them before any store is asked.

use std::sync::Arc;
use std::time::Duration;

use super::Mistake;
use crate::block::{BlockType, Columns, ConfigBlock, KeyedBlock, Slot};
use crate::cell::{Cells, Fresh, Meta, Origin, Ready};
use crate::keyed::{KeyedOptions, Outbox, Shelves};
use crate::refresh::Overlay;
use crate::schema::BlockSchema;

/// A block type, as far as a builder needs to know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registration {
    block_type: BlockType,
    slot: fn() -> &'static Slot,
    cell: fn(Ready, Meta) -> Option<Fresh>,
}

/// A keyed block type, as far as a builder needs to know it.
#[derive(Clone, Debug)]
pub(super) struct KeyedRegistration {
    block_type: BlockType,
    slot: fn() -> &'static Slot,
    options: KeyedOptions,
    /// Adds a shelf with what its keys share at first.
    shelf: fn(&mut Shelves, KeyedOptions, Ready, Meta, Arc<Outbox>),
    #[cfg(feature = "cli")]
    open: fn(&super::Config) -> Box<dyn crate::keyed::AnyKeyed>,
}

impl KeyedRegistration {
    pub(super) fn of<T: KeyedBlock>(options: KeyedOptions) -> Self {
        Self {
            block_type: BlockType::of::<T>(),
            slot: T::slot,
            options,
            shelf: Shelves::add::<T>,
            #[cfg(feature = "cli")]
            open: |config| Box::new(config.keyed::<T>()),
        }
    }

    pub(super) fn schema(&self) -> &'static BlockSchema {
        self.block_type.schema()
    }

    #[cfg(feature = "cli")]
    pub(super) fn door(&self) -> super::Door {
        super::Door { schema: self.schema(), options: self.options.clone(), open: self.open }
    }

    #[cfg(feature = "ops")]
    pub(super) fn block_type(&self) -> BlockType {
        self.block_type
    }
}

impl Registration {
    pub(super) fn of<T: ConfigBlock>() -> Self {
        Self { block_type: BlockType::of::<T>(), slot: T::slot, cell: Fresh::new::<T> }
    }

    pub(super) fn schema(&self) -> &'static BlockSchema {
        self.block_type.schema()
    }

    #[cfg(feature = "ops")]
    pub(super) fn block_type(&self) -> BlockType {
        self.block_type
    }
}

/// Finds types that were registered twice or in the wrong way, and names and tables that two types
/// share.
pub(super) fn clashes(
    blocks: &[Registration],
    keyed: &[KeyedRegistration],
    mistakes: &mut Vec<Mistake>,
) {
    let wrong = blocks.iter().map(Registration::schema).filter(|schema| schema.is_keyed());
    mistakes.extend(wrong.map(|schema| Mistake::HasKey(schema.type_name)));
    let all = blocks.iter().map(|block| ((block.slot)().index(), block.schema()));
    let keyed = keyed.iter().map(|block| ((block.slot)().index(), block.schema()));
    let all: Vec<_> = all.chain(keyed).collect();
    for (place, (slot, two)) in all.iter().enumerate() {
        for (earlier, one) in &all[..place] {
            let (first, second) = (one.type_name, two.type_name);
            if earlier == slot {
                mistakes.push(Mistake::Twice(second));
            } else if one.name == two.name {
                let name = one.name;
                mistakes.push(Mistake::SameName { name, first, second });
            } else if one.table == two.table {
                let table = one.table.clone();
                mistakes.push(Mistake::SameTable { table, first, second });
            }
        }
    }
}

/// A cell for each block, and a shelf for each keyed one, with their defaults and the environment over
/// them; both have to be valid.
pub(super) fn cells(
    blocks: &[Registration],
    keyed: &[KeyedRegistration],
    overlay: &Overlay,
    outbox: &Arc<Outbox>,
    ttl: Duration,
    mistakes: &mut Vec<Mistake>,
) -> (Cells, Shelves) {
    let mut cells = Vec::new();
    for block in blocks {
        let first = first_value(block.block_type, overlay, mistakes);
        cells.extend(first.and_then(|(value, meta)| (block.cell)(value, meta)));
    }
    let mut shelves = Shelves::default();
    for block in keyed {
        let mut options = block.options.clone();
        options.ttl = options.ttl.or(block.schema().ttl).or(Some(ttl));
        if let Some((value, meta)) = first_value(block.block_type, overlay, mistakes) {
            (block.shelf)(&mut shelves, options, value, meta, Arc::clone(outbox));
        }
    }
    let standing = shelves.standing();
    (Cells::new(cells, standing), shelves)
}

/// The defaults with the environment over them; both have to be valid.
fn first_value(
    block: BlockType,
    overlay: &Overlay,
    mistakes: &mut Vec<Mistake>,
) -> Option<(Ready, Meta)> {
    let schema = block.schema();
    let type_name = schema.type_name;
    if let Err(faults) = Ready::judge(block, &Columns::new()) {
        mistakes.push(Mistake::Defaults { type_name, faults });
        return None;
    }
    let columns = overlay.lay(schema, None, None);
    match Ready::judge(block, &columns) {
        Ok(value) => {
            let (origin, fields) = overlay.origins(schema, &columns, Origin::Default);
            Some((value, Meta::unstored(schema.name, origin, fields)))
        }
        Err(faults) => {
            let faults = overlay.blame(schema, None, None, faults);
            mistakes.push(Mistake::Environment { type_name, faults });
            None
        }
    }
}

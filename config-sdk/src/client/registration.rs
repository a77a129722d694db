//! The blocks that a builder was given, and what can be wrong with them before any store is asked.

use std::sync::Arc;
use std::time::Duration;

use super::Mistake;
use crate::block::{Candidate, Columns, ConfigBlock, Faults, KeyedBlock};
use crate::cell::{Cells, Fresh, Meta, Origin};
#[cfg(feature = "ops")]
use crate::change::BlockType;
use crate::keyed::{KeyedOptions, Outbox, Shelves};
use crate::refresh::Overlay;
use crate::schema::BlockSchema;

/// A block type, as far as a builder needs to know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registration {
    schema: fn() -> &'static BlockSchema,
    slot: fn() -> usize,
    first: fn(&Columns, Meta) -> Result<Fresh, Faults>,
    #[cfg(feature = "ops")]
    block_type: BlockType,
}

/// Makes a shelf with what its keys share at first.
type FirstShelf =
    fn(&mut Shelves, &Columns, Meta, KeyedOptions, &Arc<Outbox>) -> Result<(), Faults>;

/// A keyed block type, as far as a builder needs to know it.
#[derive(Clone, Debug)]
pub(super) struct KeyedRegistration {
    schema: fn() -> &'static BlockSchema,
    slot: fn() -> usize,
    options: KeyedOptions,
    first: FirstShelf,
    #[cfg(feature = "ops")]
    block_type: BlockType,
    #[cfg(feature = "cli")]
    open: fn(&super::Config) -> Box<dyn crate::keyed::AnyKeyed>,
}

impl KeyedRegistration {
    pub(super) fn of<T: KeyedBlock>(options: KeyedOptions) -> Self {
        Self {
            schema: T::schema,
            slot: || T::slot().index(),
            options,
            first: |shelves, columns, meta, options, outbox| {
                let (value, _) = Candidate::<T>::decode(columns)?.validate()?.into_parts();
                shelves.add(options, Arc::new(value), meta, Arc::clone(outbox));
                Ok(())
            },
            #[cfg(feature = "ops")]
            block_type: BlockType::of::<T>(),
            #[cfg(feature = "cli")]
            open: |config| Box::new(config.keyed::<T>()),
        }
    }

    pub(super) fn schema(&self) -> &'static BlockSchema {
        (self.schema)()
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
        Self {
            schema: T::schema,
            slot: || T::slot().index(),
            first: |columns, meta| {
                let (value, _) = Candidate::<T>::decode(columns)?.validate()?.into_parts();
                Ok(Fresh::new(Arc::new(value), meta))
            },
            #[cfg(feature = "ops")]
            block_type: BlockType::of::<T>(),
        }
    }

    pub(super) fn schema(&self) -> &'static BlockSchema {
        (self.schema)()
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
    let all = blocks.iter().map(|block| ((block.slot)(), block.schema()));
    let keyed = keyed.iter().map(|block| ((block.slot)(), block.schema()));
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
        let first = |columns: &Columns, meta| (block.first)(columns, meta);
        cells.extend(first_value(block.schema(), overlay, mistakes, first));
    }
    let mut shelves = Shelves::default();
    for block in keyed {
        let first = |columns: &Columns, meta| {
            // Of the two times that this is asked, the latter stays.
            let mut made = Shelves::default();
            let mut options = block.options.clone();
            options.ttl = options.ttl.or(block.schema().ttl).or(Some(ttl));
            (block.first)(&mut made, columns, meta, options, outbox).map(|()| made)
        };
        if let Some(made) = first_value(block.schema(), overlay, mistakes, first) {
            shelves.append(made);
        }
    }
    let standing = shelves.standing();
    (Cells::new(cells, standing), shelves)
}

/// What `first` makes of the defaults with the environment over them, if it is valid.
fn first_value<V>(
    schema: &'static BlockSchema,
    overlay: &Overlay,
    mistakes: &mut Vec<Mistake>,
    first: impl Fn(&Columns, Meta) -> Result<V, Faults>,
) -> Option<V> {
    let type_name = schema.type_name;
    let first = |columns: &Columns| {
        let (origin, fields) = overlay.origins(schema, columns, Origin::Default);
        first(columns, Meta::unstored(schema.name, origin, fields))
    };
    if let Err(faults) = first(&Columns::new()) {
        mistakes.push(Mistake::Defaults { type_name, faults });
        return None;
    }
    match first(&overlay.lay(schema, None, None)) {
        Ok(made) => Some(made),
        Err(faults) => {
            let faults = overlay.blame(schema, None, None, faults);
            mistakes.push(Mistake::Environment { type_name, faults });
            None
        }
    }
}

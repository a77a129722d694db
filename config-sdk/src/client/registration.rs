//! The blocks that a builder was given, and what can be wrong with them before any store is asked.

use std::sync::Arc;

use super::Mistake;
use crate::block::{Candidate, Columns, ConfigBlock, Faults};
use crate::cell::{Cells, Fresh, Meta, Origin};
use crate::refresh::Overlay;
use crate::schema::BlockSchema;

/// A block type, as far as a builder needs to know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registration {
    schema: fn() -> &'static BlockSchema,
    slot: fn() -> usize,
    first: fn(&Columns, Meta) -> Result<Fresh, Faults>,
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
        }
    }

    pub(super) fn schema(&self) -> &'static BlockSchema {
        (self.schema)()
    }

    fn is(&self, other: &Self) -> bool {
        (self.slot)() == (other.slot)()
    }
}

/// Finds types that were registered twice, and names and tables that two types share.
pub(super) fn clashes(blocks: &[Registration], mistakes: &mut Vec<Mistake>) {
    for (place, later) in blocks.iter().enumerate() {
        for earlier in &blocks[..place] {
            let (one, two) = (earlier.schema(), later.schema());
            let (first, second) = (one.type_name, two.type_name);
            if earlier.is(later) {
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

/// A cell for each block, with its defaults and the environment over them; both have to be valid.
pub(super) fn cells(
    blocks: &[Registration],
    overlay: &Overlay,
    mistakes: &mut Vec<Mistake>,
) -> Cells {
    let mut cells = Vec::new();
    for block in blocks {
        let schema = block.schema();
        let type_name = schema.type_name;
        let first = |columns: &Columns| {
            let (origin, fields) = overlay.origins(schema, columns, Origin::Default);
            (block.first)(columns, Meta::unstored(schema.name, origin, fields))
        };
        if let Err(faults) = first(&Columns::new()) {
            mistakes.push(Mistake::Defaults { type_name, faults });
            continue;
        }
        match first(&overlay.lay(schema, None, None)) {
            Ok(cell) => cells.push(cell),
            Err(faults) => {
                let faults = overlay.blame(schema, None, None, faults);
                mistakes.push(Mistake::Environment { type_name, faults });
            }
        }
    }
    Cells::new(cells)
}

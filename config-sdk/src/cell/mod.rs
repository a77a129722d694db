//! Where current values live: one atomic cell per block, what is known of its value, and the
//! snapshot of them all.

#[expect(clippy::module_inception, reason = "the room is named for it")]
mod cell;
mod cells;
mod erased;
mod guard;
mod handle;
mod held;
pub(crate) mod local;
mod meta;
mod missing;
mod slots;
mod snapshot;

pub(crate) use cell::{Cell, Moves, Published};
pub(crate) use cells::{Cells, Fresh, Standing, Turn};
pub(crate) use erased::{Erased, Ready};
pub use guard::Guard;
pub use handle::Handle;
pub(crate) use held::Held;
pub use meta::{Meta, Origin};
pub(crate) use slots::Slots;
pub use snapshot::{BlockRef, Snapshot};

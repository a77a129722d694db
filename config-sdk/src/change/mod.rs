//! What an operator wants of rows: judged as a whole by the blocks' types before it is written.

mod applied;
mod desk;
mod diff;
mod error;
mod expiry;
mod heirs;
mod pages;
mod part;
mod plan;
mod planned;
mod row;
mod set;
mod undo;
mod wanted;

pub use applied::{Applied, AppliedRow, Saved};
pub(crate) use desk::{Desk, Stack};
pub use diff::{FieldChange, Side};
pub(crate) use diff::{Layers, differences, gone};
pub use error::{ChangeError, ChangeMistake, Conflict};
pub use expiry::ExpiringChange;

pub use plan::Plan;
pub use planned::PlannedRow;
pub use set::ChangeSet;
pub(crate) use undo::{Undoing, undo};

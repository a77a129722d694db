//! What an operator wants of rows: judged as a whole by the blocks' types before it is written.

mod desk;
mod diff;
mod error;
mod expiry;
mod heirs;
mod part;
mod plan;
mod row;
mod set;

pub(crate) use desk::{BlockType, Desk, Stack};
pub use diff::{FieldChange, Side};
pub(crate) use diff::{Layers, differences, gone};
pub use error::{ChangeError, ChangeMistake, Conflict};
pub use expiry::ExpiringChange;
pub(crate) use expiry::undo;
pub use plan::{Applied, AppliedRow, Plan, Saved};
pub use row::PlannedRow;
pub use set::ChangeSet;

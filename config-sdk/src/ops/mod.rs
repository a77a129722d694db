//! What an operator does: change, try, take back, look at the past, and see who has what.

#[cfg(feature = "cli")]
pub mod cli;
mod drafts;
mod history;
mod operator;
mod reading;
mod versions;

pub use drafts::Draft;
pub use history::{History, Version};
pub use operator::Operator;
pub use reading::{Layer, LayerKind, Listed, ListedField, Trace};

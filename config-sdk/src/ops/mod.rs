//! What an operator does: change, try, take back, look at the past, and see who has what.

#[cfg(feature = "cli")]
pub mod cli;
pub mod document;
mod drafts;
mod exchange;
mod fleet;
mod history;
mod operator;
mod reading;
mod review;
mod trace;
mod versions;

pub use drafts::Draft;
pub use fleet::Arrival;
pub use history::{History, Version};
pub use operator::Operator;
pub use reading::{Listed, ListedField};
pub use trace::{Layer, LayerKind, Trace};

//! Keyed blocks: what a pass does with them, and what goes on beside it.

mod copy;
mod hottest;
mod loads;
pub(super) mod metrics;
mod shelved;
mod status;
mod tell;
mod warm;

pub(crate) use loads::Loader;
pub(super) use shelved::{AllMoved, Round, Shelved};
pub(super) use status::KeyedNotice;
pub use status::KeyedStatus;
pub(super) use tell::tell;

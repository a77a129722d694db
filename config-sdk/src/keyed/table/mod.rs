//! Where bounded copies are held: found without waiting, bounded by number and size, counted.

mod counts;
mod ghosts;
mod index;
mod ledger;
mod lists;
mod numbers;
mod policy;
#[expect(clippy::module_inception, reason = "the room is named for it")]
mod table;
#[cfg(test)]
mod tests;
mod weight;

pub(super) use counts::Reads;
pub(super) use table::{Bounds, Table};

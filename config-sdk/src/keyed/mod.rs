//! The bounded cache for keyed blocks: where copies are held, which of them leave, and the counts.

mod counts;
mod ghosts;
mod index;
mod ledger;
mod lists;
mod numbers;
mod policy;
mod table;
#[cfg(test)]
mod tests;
mod weight;

pub(crate) use counts::Counts;
#[expect(unused_imports, reason = "what loads it comes next")]
pub(crate) use table::{Bounds, Hit, Table};

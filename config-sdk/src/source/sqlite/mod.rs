//! SQLite as the store of one machine.

mod catalog;
mod ddl;
pub(crate) mod migrate;
mod rules;
mod triggers;

pub(crate) use ddl::{BOOKKEEPING, blueprint};

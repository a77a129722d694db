//! Postgres as the store of a fleet.

mod catalog;
mod ddl;
pub(crate) mod migrate;
mod names;
mod rules;
mod triggers;

pub(crate) use ddl::{BOOKKEEPING, blueprint};

//! Postgres as the store of a fleet.

mod catalog;
mod ddl;
mod migrate;
mod rules;
mod triggers;

pub(crate) use ddl::{BOOKKEEPING, blueprint};
pub(crate) use migrate::{check, migrate};

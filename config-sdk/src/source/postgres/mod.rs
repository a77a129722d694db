//! Postgres as the store of a fleet.

mod ddl;
mod rules;
mod triggers;

pub(crate) use ddl::{BOOKKEEPING, blueprint};

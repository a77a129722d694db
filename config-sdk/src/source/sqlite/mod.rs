//! SQLite as the store of one machine.

mod ddl;
mod rules;
mod triggers;

pub(crate) use ddl::{BOOKKEEPING, blueprint};

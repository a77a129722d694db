//! The promises of the library, each a test by name, held against real stores.

mod acceptance;
mod blocks;
mod bookkeeping;
mod changes;
mod log;
mod reading;
mod rows;
mod stage;
mod together;
mod watching;

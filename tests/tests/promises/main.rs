//! The promises of the library, each a test by name, held against real stores.

mod acceptance;
mod blocks;
mod bookkeeping;
mod boot;
mod changes;
mod deafness;
mod doors;
mod ending;
mod environment;
mod hooks;
mod log;
mod origins;
mod outage;
mod reading;
mod rows;
mod rubbish;
mod secrets;
mod sqlite;
mod stage;
mod staleness;
mod together;
mod watching;

//! The operator's command line: real programs, on real stores, as an operator and a script use it.

mod asking;
mod bad_day;
mod caches;
mod changes;
mod drafts;
mod files;
mod fleet;
mod looks;
mod readme;
mod secrets;
mod shell;
mod stage;
mod tables;

//! What `schema`, `migrate` and `check` say and do, held against real stores.

mod blocks;
mod drift;
mod edits;
mod growth;
mod names;
mod printed;
mod pruning;
mod refusals;
mod restore;
mod rights;
mod store;
mod transactions;

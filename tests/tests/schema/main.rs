//! What `schema`, `migrate` and `check` say and do, held against real stores.

mod adopted;
mod adopting;
mod blocks;
mod drift;
mod edits;
mod growth;
mod keyed;
mod keys;
mod loading;
mod names;
mod postgres;
mod printed;
mod pruning;
mod reader;
mod refusals;
mod releases;
mod restore;
mod rights;
mod scale;
mod store;
mod transactions;
mod writes;

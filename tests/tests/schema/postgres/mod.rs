//! What operators ask of a store, held against real Postgres servers.

mod bypass;
mod drafts;
mod faults;
mod fleet;
mod gentle;
mod ownership;
mod past;
mod roles;
mod stage;
mod writes;

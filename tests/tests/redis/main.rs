//! What a Redis server before the store is good for, and that it is never wrong whatever happens to it.

mod bus;
mod chaos;
mod conditions;
mod conformance;
mod faults;
mod lives;
mod monitor;
mod network;
mod postgres;
mod sharing;
mod stage;

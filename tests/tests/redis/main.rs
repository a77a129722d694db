//! What a Redis server before the store is good for, and that it is never wrong whatever happens to it.

mod bus;
mod chaos;
mod faults;
mod monitor;
mod sharing;
mod stage;

//! The harness keeps its own promises.

mod postgres;
mod proxy;
mod wait;

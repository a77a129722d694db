//! The harness keeps its own promises.

mod pooler;
mod postgres;
mod proxy;
mod wait;

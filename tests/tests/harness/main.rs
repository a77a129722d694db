//! The harness keeps its own promises.

mod postgres;

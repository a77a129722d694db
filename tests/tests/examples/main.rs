//! The examples, run as a newcomer runs them.

mod program;
mod readme;
mod serve;
mod tour;

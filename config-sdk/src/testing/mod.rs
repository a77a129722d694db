//! For tests: what a source of your own can be held to.

pub mod conformance;

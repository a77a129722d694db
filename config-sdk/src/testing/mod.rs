//! For tests: what a source of your own can be held to.

pub mod conformance;
#[doc(hidden)]
pub mod fuzzing;

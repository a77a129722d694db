//! What the examples have in common: how they start, what they print on, a person at an SQL prompt.

pub mod page;
pub mod program;
pub mod prompt;

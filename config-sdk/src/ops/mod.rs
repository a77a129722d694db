//! What an operator does.

pub mod document;

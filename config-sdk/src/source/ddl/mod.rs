//! What a store's tables are made of, and how a store differs from it; the stores say it in their SQL.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod bounds;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod drift;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod part;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod quote;
mod report;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[cfg(test)]
pub(crate) mod sample;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use bounds::{bounds, choices, literal};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use drift::{Drift, drifts};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use part::{BOOKKEEPING_COLUMNS, Blueprint, Found, Part, Piece};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use quote::{ident, text};
pub use report::{Difference, Step};

//! Typed, hot-reloading configuration.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod block;
mod json;
mod number;
#[doc(hidden)]
pub mod private;
mod record;
mod schema;
mod source;
mod time;
mod value;

pub use block::{ConfigBlock, Fault, Faults, Secret};
pub use config_sdk_derive::ConfigBlock;
pub use record::Record;
pub use rust_decimal::Decimal;
pub use schema::{BlockSchema, FieldSchema, Kind, Length, OnBoot, OnStale, Range};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use source::ddl::{Dialect, Difference, Step, schema};
pub use value::Value;

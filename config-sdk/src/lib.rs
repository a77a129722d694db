//! Typed, hot-reloading configuration.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod block;
mod cell;
mod client;
mod guarded;
mod json;
mod names;
mod number;
#[doc(hidden)]
pub mod private;
mod record;
mod refresh;
mod schema;
mod source;
mod time;
mod value;

pub use block::{ConfigBlock, Fault, Faults, Secret};
pub use cell::{BlockRef, Guard, Handle, Meta, Origin, Snapshot};
pub use client::{
    AlreadyInstalled, BlockView, Config, ConfigBuilder, Explanation, FixedBuilder, Mistake,
    ReadError, RefreshError, StartError, WaitError, global,
};
pub use config_sdk_derive::ConfigBlock;
pub use record::Record;
pub use refresh::{
    BlockReport, BlockState, BlockStatus, Change, Event, Events, Outcome, PushState, RefreshReport,
    Status, StoreState, Subscription, Trigger,
};
pub use rust_decimal::Decimal;
pub use schema::{BlockSchema, FieldSchema, Kind, Length, OnBoot, OnStale, Range};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use source::Dialect;
#[cfg(feature = "postgres")]
pub use source::PostgresStore;
#[cfg(feature = "sqlite")]
pub use source::SqliteStore;
pub use source::{
    BoxFuture, Deaf, Difference, Edit, Fetched, Found, MemoryStore, Request, Signal, Source,
    SourceError, Step, Store, UrlError,
};
pub use value::Value;

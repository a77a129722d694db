//! Typed, hot-reloading configuration: derive [`ConfigBlock`](derive@ConfigBlock) on a struct, and
//! every process of a fleet reads it as a plain Rust value in nanoseconds, always whole, always
//! valid, changed within milliseconds of a commit, with no restart and no way for a bad row or a
//! dead database to take the application down.
//!
//! ```
//! use config_sdk::{Config, ConfigBlock, Decimal};
//!
//! /// Entry and sizing rules.
//! #[derive(Debug, ConfigBlock)]
//! struct TradingConfig {
//!     /// Lowest score that opens a position.
//!     #[config(default = 0.70, range = 0..=1)]
//!     score_threshold: Decimal,
//!     #[config(default = 5, range = 1..=100)]
//!     max_concurrent_positions: u32,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::builder().block::<TradingConfig>().url("memory:").start().await?;
//! let trading = config.get::<TradingConfig>();
//! assert_eq!(trading.score_threshold.to_string(), "0.70");
//! # Ok(())
//! # }
//! ```
//!
//! # The way through
//!
//! - Declare: the [derive](derive@ConfigBlock), with defaults, bounds and rules over several fields ([`Faults`]).
//! - Start: [`Config::builder`], on [memory](MemoryStore), SQLite or Postgres, by URL.
//! - Read: [`Config::get`], [`Config::handle`], [`Config::with`], [`Config::snapshot`]; by path
//!   [`Config::value`], [`Config::explain`].
//! - Keyed blocks, a copy for each guild or pair: [`Config::keyed`].
//! - Watch: [`Config::subscribe`], [`Config::events`], [`Config::status`], [`Config::ready`].
//! - Refresh: [`Config::refresh`], [`Config::wait_for`], or SIGHUP.
//! - Operate: `Config::operator`, or from a shell as [`docs::operating`] tells.
//! - Test: [`Config::fixed`], and a [`MemoryStore`] that misbehaves on demand.
//!
//! [`docs`] has the essays: how a value travels, what happens when things fail, how to edit by SQL.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `postgres` | `postgres://…` stores | yes |
//! | `sqlite` | `sqlite:PATH` stores | yes |
//! | `redis` | [Redis](docs::shared_tier) as a shared tier for keyed blocks and as a bus | no |
//! | `validator` | `#[config(validate)]` | yes |
//! | `chrono` | `chrono::DateTime<Utc>` as a field type | no |
//! | `uuid` | `uuid::Uuid` as a part of a key | no |
//! | `metrics` | [metrics](docs::metrics) through the `metrics` facade | no |
//! | `ops` | what an operator does: change, try, take back, and see who has it | no |
//! | `cli` | the operator's [command line](docs::operating), as a subcommand of the program's own | no |
//! | `testing` | the conformance suite for stores of your own | no |
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod block;
mod cell;
#[cfg(feature = "ops")]
mod change;
mod client;
pub mod docs;
mod guarded;
mod json;
mod key;
mod keyed;
mod names;
mod number;
#[cfg(feature = "ops")]
mod ops;
mod path;
#[doc(hidden)]
pub mod private;
mod record;
mod refresh;
mod schema;
mod source;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod time;
mod value;

pub use block::{ConfigBlock, Fault, Faults, KeyedBlock, ResidentBlock, Secret};
pub use cell::{BlockRef, Guard, Handle, Meta, Origin, Snapshot};
#[cfg(feature = "ops")]
pub use change::{
    Applied, AppliedRow, ChangeError, ChangeMistake, ChangeSet, Conflict, ExpiringChange,
    FieldChange, Plan, PlannedRow, Saved, Side,
};
pub use client::{
    AlreadyInstalled, BlockView, Config, ConfigBuilder, Explanation, FixedBuilder, Mistake,
    RefreshError, StartError, WaitError, global,
};
pub use config_sdk_derive::ConfigBlock;
pub use key::{Key, KeyError, KeyFor, KeyKind, KeyPart, PartFor, Pattern, PatternFor};
pub use keyed::{KeyGuard, Keyed, KeyedOptions, KeyedRef, LoadError, Stats, Warmed};
#[cfg(feature = "cli")]
pub use ops::cli;
#[cfg(feature = "ops")]
pub use ops::document;
#[cfg(feature = "ops")]
pub use ops::{
    Arrival, Draft, History, Layer, LayerKind, Listed, ListedField, Operator, Trace, Version,
};
pub use path::ReadError;
pub use record::Record;
pub use refresh::{
    BlockReport, BlockState, BlockStatus, Change, Event, Events, KeptState, KeyedStatus, Outcome,
    PushState, RefreshReport, Status, StoreState, Subscription, Trigger,
};
#[cfg(feature = "ops")]
pub use refresh::{Process, RunningBlock, RunningKeyed};
pub use rust_decimal::Decimal;
pub use schema::{BlockSchema, FieldSchema, KeySchema, Kind, Length, OnBoot, OnStale, Range};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use source::Dialect;
#[cfg(feature = "postgres")]
pub use source::PostgresStore;
#[cfg(feature = "sqlite")]
pub use source::SqliteStore;
pub use source::{
    BoxFuture, Deaf, Difference, Edit, Fetched, Found, Incoming, Keys, Loaded, MemoryStore, Moved,
    Request, Rows, Signal, Source, SourceError, Step, Store, TierState, TierStatus, UrlError,
    Wanted, Which,
};
#[cfg(feature = "ops")]
pub use source::{
    Deed, DefaultText, Done, Entry, Expiring, Logged, Past, Place, Reported, RowState, Texts,
    Write, WriteError, Writer, Written,
};
#[cfg(feature = "redis")]
pub use source::{RedisOptions, RedisTier};
pub use value::Value;

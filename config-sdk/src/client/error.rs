//! What can go wrong at the front door, and what to do about it.

use std::time::Duration;

use crate::block::Faults;
use crate::path::ReadError;
use crate::source::UrlError;
use crate::text::listed;

/// Why `start` failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The program or its environment is wrong; all of it is listed.
    #[error("the configuration cannot start:{}", listed(.0))]
    Mistakes(Vec<Mistake>),
    /// A block with `on_boot = "require"` has no value that the store stands behind.
    #[error("no value for {}, which start requires: {reason}", .blocks.join(", "))]
    Required {
        /// The blocks' names.
        blocks: Vec<&'static str>,
        /// Why there is none.
        reason: String,
    },
    /// The store could not be brought up to the structs.
    #[error("the store was not migrated: {0}")]
    Migrate(String),
    /// There is no tokio runtime to refresh in.
    #[error(
        "start needs a tokio runtime with time and io enabled: call it inside `#[tokio::main]`"
    )]
    NoRuntime,
}

/// One thing wrong with how a configuration is put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Mistake {
    /// A type was registered twice.
    #[error("`{0}` is registered twice: take one `.block::<{0}>()` away")]
    Twice(&'static str),
    /// A keyed block was registered as one without a key.
    #[error("`{0}` has a key: register it with `.keyed::<{0}>(KeyedOptions::new())`")]
    HasKey(&'static str),
    /// Two types have the same block name.
    #[error(
        "`{first}` and `{second}` are both named \"{name}\": give one another `#[config(name = \"…\")]`"
    )]
    SameName {
        /// The name.
        name: &'static str,
        /// The type registered first.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Two types have the same table.
    #[error(
        "`{first}` and `{second}` both live in table {table}: give one another `#[config(table = \"…\")]`"
    )]
    SameTable {
        /// The table.
        table: String,
        /// The type registered first.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Compiled-in defaults break the struct's own rules.
    #[error("the defaults of `{type_name}` break its own rules; correct the struct:{}", listed(.faults))]
    Defaults {
        /// The type.
        type_name: &'static str,
        /// Everything wrong with them.
        faults: Faults,
    },
    /// Environment variables set a block to something it refuses.
    #[error("environment variables set `{type_name}` to what it refuses; correct or unset them:{}", listed(.faults))]
    Environment {
        /// The type.
        type_name: &'static str,
        /// Everything wrong with it.
        faults: Faults,
    },
    /// An environment variable is not text.
    #[error("environment variable {0} is not UTF-8 text: correct or unset it")]
    NotText(String),
    /// The URL is wrong.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// Nothing says where the store is.
    #[error(
        "nothing says where the store is: add `.url(\"sqlite:config.db\")` or `.store(my_store)`"
    )]
    NoStore,
    /// A time to live of zero would ask the store without end.
    #[error("a ttl of zero would ask the store without end: give a longer one, such as 60 s")]
    ZeroTtl,
}

/// Why a refresh was not tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// There is no such block.
    #[error(transparent)]
    Unknown(#[from] ReadError),
    /// The configuration was shut down, or the runtime it was started in has ended.
    #[error("the configuration was shut down, or its runtime has ended; values stay as they are")]
    Ended,
}

/// Why an epoch was not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// It did not arrive in time.
    #[error("epoch {wanted} did not arrive within {}; readers have {have}", humantime::format_duration(*.within))]
    TimedOut {
        /// The epoch waited for.
        wanted: u64,
        /// The epoch that readers have.
        have: u64,
        /// How long it was waited for.
        within: Duration,
    },
}

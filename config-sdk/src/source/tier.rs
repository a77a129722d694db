//! How a shared tier stands that is asked before the store.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use crate::time::rfc3339;

/// How a shared tier stands that is asked before the store, such as Redis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TierStatus {
    /// What it is and where; never with a password.
    pub server: String,
    /// Whether it is used.
    pub state: TierState,
    /// Copies that were found in it.
    pub hits: u64,
    /// Copies that the store was asked for because they were not.
    pub misses: u64,
    /// How often it failed: a question without an answer, a connection that could not be made.
    pub errors: u64,
}

/// Whether a shared tier is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TierState {
    /// It is.
    Connected,
    /// It is not; the store is asked for everything.
    Unreachable {
        /// Since when.
        #[serde(serialize_with = "crate::time::serialize")]
        since: SystemTime,
        /// Why.
        error: String,
    },
}

impl fmt::Display for TierStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.server)?;
        match &self.state {
            TierState::Connected => f.write_str("connected")?,
            TierState::Unreachable { since, error } => {
                write!(f, "not used since {}: {error}", rfc3339(*since))?;
            }
        }
        write!(f, " ({} hits, {} misses, {} errors)", self.hits, self.misses, self.errors)
    }
}

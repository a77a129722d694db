//! Why a copy could not be loaded.

use std::time::Duration;

use crate::key::KeyError;

/// Why a copy could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store does not answer, or refuses.
    #[error("the copy cannot be loaded: {reason}")]
    Unavailable {
        /// Why not.
        reason: String,
    },
    /// It took too long.
    #[error("the copy was not loaded within {}: it goes on in the background; see `status`", humantime::format_duration(*.within))]
    Late {
        /// How long it was waited for.
        within: Duration,
    },
    /// The row of the key is turned away, and readers have the last good copy.
    #[error("the row of the key is turned away:\n{0}")]
    Rejected(crate::block::Faults),
}

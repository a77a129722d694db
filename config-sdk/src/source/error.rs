//! Why a source could not answer.

use std::fmt;

/// Why a source could not answer; never with a password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    message: String,
    passing: bool,
}

impl SourceError {
    /// It cannot be reached now; the next try may succeed.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { message: message.into(), passing: true }
    }

    /// It was reached and refuses; somebody has to do something about it, so say what.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), passing: false }
    }

    /// Whether it may pass by itself.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.passing
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SourceError {}

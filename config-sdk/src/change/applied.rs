//! What came of a change.

use serde::Serialize;

use super::diff::FieldChange;

/// What a change did.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// The store's epoch with it, for [`Config::wait_for`](crate::Config::wait_for).
    pub epoch: u64,
    /// The rows that it was about.
    pub rows: Vec<AppliedRow>,
}

impl Applied {
    /// Whether it changed what readers get.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.rows.iter().any(|row| !row.fields.is_empty())
    }
}

/// A row that a change was about.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AppliedRow {
    /// Where.
    pub place: String,
    /// The version that is there now.
    pub version: u64,
    /// What changed.
    pub fields: Vec<FieldChange>,
}

/// Drafts that were saved: each by its place and version, as `trading` and 8.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Saved {
    /// The drafts.
    pub drafts: Vec<(String, u64)>,
}

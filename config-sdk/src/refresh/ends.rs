//! What ends with the refresh task, also when that is dropped.

use std::sync::Arc;

use super::Board;
use crate::cell::Cells;

/// Ends another task with this one.
pub(super) struct EndWith(pub(super) tokio::task::AbortHandle);

impl Drop for EndWith {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Ends the streams of events and changes, and lets the status say so.
pub(super) struct CloseWith(pub(super) Arc<Board>, pub(super) Arc<Cells>);

impl Drop for CloseWith {
    fn drop(&mut self) {
        self.0.end();
        self.1.close();
    }
}

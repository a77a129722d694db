//! What runs beside the passes for operators: taking back what is over, telling who has what.

mod process;
mod report;
mod undo;

use std::sync::Arc;

pub use process::{Process, RunningBlock, RunningKeyed};
pub(crate) use report::Identity;

use super::Board;
use super::ends::EndWith;
use crate::cell::Cells;
use crate::change::Desk;

/// What runs beside the passes for operators.
pub(crate) struct Duties {
    pub(crate) desk: Desk,
    /// What the process is called where it reports itself; it does not, if that is not said.
    pub(crate) identity: Option<Identity>,
    pub(crate) cells: Arc<Cells>,
    pub(crate) board: Arc<Board>,
}

/// The duties while they run; they end when this is dropped.
pub(super) struct OnDuty {
    _undoing: EndWith,
    reporter: Option<(report::Reporter, EndWith)>,
}

impl Duties {
    pub(super) fn spawn(self) -> OnDuty {
        let Self { desk, identity, cells, board } = self;
        let undoing = tokio::spawn(undo::undo_in_time(desk.clone(), board.due()));
        let reporter = identity.map(|identity| {
            let reporter = report::Reporter::new(desk.source, identity, cells, board);
            let task = tokio::spawn(reporter.clone().run());
            (reporter, EndWith(task.abort_handle()))
        });
        OnDuty { _undoing: EndWith(undoing.abort_handle()), reporter }
    }
}

impl OnDuty {
    /// Ends them, and lets nobody wait for a process that is gone.
    pub(super) async fn leave(self) {
        if let Some((reporter, task)) = self.reporter {
            drop(task);
            reporter.leave().await;
        }
    }
}

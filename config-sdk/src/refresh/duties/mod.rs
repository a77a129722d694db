//! What runs beside the passes for operators: taking back what is over, telling who has what.

mod process;
mod report;
mod undo;

use std::sync::Arc;
use std::time::Duration;

use tracing::debug;

pub use process::{Process, RunningBlock, RunningKeyed};
pub(crate) use report::Identity;

use super::Board;
use super::backoff::jittered;
use super::ends::EndWith;
use crate::cell::Cells;
use crate::change::Desk;

/// Longest time that noting the defaults may take, and how long until it is tried again.
const PATIENCE: Duration = Duration::from_secs(10);
const TRY_AGAIN: Duration = Duration::from_secs(30);

/// What runs beside the passes for operators.
pub(crate) struct Duties {
    pub(crate) desk: Desk,
    /// Whether the store is to keep which defaults are compiled in: it was migrated for them.
    pub(crate) notes_defaults: bool,
    /// What the process is called where it reports itself; it does not, if that is not said.
    pub(crate) identity: Option<Identity>,
    pub(crate) cells: Arc<Cells>,
    pub(crate) board: Arc<Board>,
}

/// The duties while they run; they end when this is dropped.
pub(super) struct OnDuty {
    _tasks: (EndWith, Option<EndWith>),
    reporter: Option<(report::Reporter, EndWith)>,
}

impl Duties {
    pub(super) fn spawn(self) -> OnDuty {
        let Self { desk, notes_defaults, identity, cells, board } = self;
        let undoing = tokio::spawn(undo::undo_in_time(desk.clone(), board.due()));
        let noting = notes_defaults.then(|| tokio::spawn(note_defaults(desk.clone())));
        let noting = noting.map(|task| EndWith(task.abort_handle()));
        let reporter = identity.map(|identity| {
            let reporter = report::Reporter::new(desk.source, identity, cells, board);
            let task = tokio::spawn(reporter.clone().run());
            (reporter, EndWith(task.abort_handle()))
        });
        OnDuty { _tasks: (EndWith(undoing.abort_handle()), noting), reporter }
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

/// Has the store keep the defaults, as soon as it can; not if it refuses.
async fn note_defaults(desk: Desk) {
    loop {
        match tokio::time::timeout(PATIENCE, desk.note_defaults()).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) if !error.is_passing() => {
                return debug!(%error, "which defaults are compiled in was not noted");
            }
            _ => tokio::time::sleep(jittered(TRY_AGAIN)).await,
        }
    }
}

//! Reports the process where operators look: what it is, what it has, what it turned away.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{sleep, timeout};
use tracing::debug;

use super::process::Process;
use crate::cell::Cells;
use crate::refresh::backoff::jittered;
use crate::refresh::{Board, Status, wait_until};
use crate::source::Source;
use crate::time::rfc3339;

/// How often a process says that it is there.
const EVERY: Duration = Duration::from_secs(10);
/// How long it is taken to be there after it said so.
const KEEP: Duration = Duration::from_secs(35);
/// Longest time that a report may take, and that leaving may.
const PATIENCE: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_millis(500);
/// What follows a change within this time is told in one report.
const GATHER: Duration = Duration::from_millis(20);

/// What a process is called where it reports itself.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) build: String,
}

#[derive(Clone)]
pub(super) struct Reporter {
    source: Arc<dyn Source>,
    process: Process,
    cells: Arc<Cells>,
    board: Arc<Board>,
}

impl Reporter {
    pub(super) fn new(
        source: Arc<dyn Source>,
        identity: Identity,
        cells: Arc<Cells>,
        board: Arc<Board>,
    ) -> Self {
        let process = Process {
            id: format!("{:016x}", fastrand::u64(..)),
            name: identity.name,
            build: identity.build,
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            pid: std::process::id(),
            started: rfc3339(SystemTime::now()),
            age: Duration::ZERO,
            epoch: 0,
            ready: false,
            push: String::new(),
            blocks: Vec::new(),
            keyed: Vec::new(),
        };
        Self { source, process, cells, board }
    }

    /// Reports whenever what there is to say has changed, and every so often.
    pub(super) async fn run(mut self) {
        loop {
            self.process.tell(&self.board.status(&self.cells));
            self.say().await;
            let is_news = |status: &Status| self.process.differs(status);
            let news = wait_until(&self.board, &self.cells, is_news);
            if timeout(jittered(EVERY), news).await.is_ok() {
                sleep(GATHER).await;
            }
        }
    }

    /// Says that the process ends.
    pub(super) async fn leave(&self) {
        if let Some(writer) = self.source.store().and_then(|store| store.writer()) {
            // If it does not come through, the store forgets the process a little later.
            let _ = timeout(FAREWELL, writer.leave(&self.process.id)).await;
        }
    }

    async fn say(&self) {
        let note = serde_json::to_string(&self.process).unwrap_or_default();
        let Some(writer) = self.source.store().and_then(|store| store.writer()) else {
            return;
        };
        match timeout(PATIENCE, writer.report(&self.process.id, &note, KEEP)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => debug!(%error, "this process could not report itself"),
            Err(_) => debug!("this process could not report itself in time"),
        }
    }
}

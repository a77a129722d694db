//! Who has it: the processes that report themselves, and waiting until they have taken a change.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::Operator;
use crate::change::ChangeError;
use crate::key::Pattern;
use crate::refresh::Process;
use crate::source::SourceError;

/// How often the processes are looked at while they are waited for.
const LOOK: Duration = Duration::from_millis(50);

/// The processes that were waited for.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Arrival {
    /// Those that have the epoch; some may have turned away a row of it.
    pub there: Vec<Process>,
    /// Those that had not when the time was over.
    pub missing: Vec<Process>,
}

impl Operator {
    /// The processes that [report themselves](crate::ConfigBuilder::report_as), by name. A process
    /// that died is forgotten half a minute later.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn processes(&self) -> Result<Vec<Process>, SourceError> {
        let reported = self.desk.writer()?.processes().await?;
        let process = |reported: crate::source::Reported| {
            let process: Process = serde_json::from_str(&reported.note).ok()?;
            Some(Process { age: reported.age, ..process })
        };
        let mut processes: Vec<_> = reported.into_iter().filter_map(process).collect();
        processes.sort_by(|a, b| (&a.name, &a.host, a.pid).cmp(&(&b.name, &b.host, b.pid)));
        Ok(processes)
    }

    /// Waits until every process that reports itself has `epoch` or a later one, for at most `limit`.
    /// Processes that start meanwhile are waited for, and those that end are not. Cancel safe.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn wait_for(&self, epoch: u64, limit: Duration) -> Result<Arrival, SourceError> {
        let end = Instant::now() + limit;
        loop {
            let late = SourceError::unreachable("the store does not answer");
            let look = Instant::now() + Duration::from_secs(5);
            let processes = timeout_at(look.max(end), self.processes()).await;
            let processes = processes.unwrap_or(Err(late))?;
            let (there, missing): (Vec<_>, Vec<_>) =
                processes.into_iter().partition(|process| process.epoch >= epoch);
            if missing.is_empty() || Instant::now() >= end {
                return Ok(Arrival { there, missing });
            }
            sleep(LOOK).await;
        }
    }

    /// Asks every process that reads the store to read these blocks again, or all if
    /// none is named, and says at which epoch.
    ///
    /// # Errors
    /// If there is no such block, or the store refuses or cannot be reached.
    pub async fn refresh(&self, blocks: &[&str]) -> Result<u64, ChangeError> {
        let mut epoch = 0;
        for block in self.chosen(blocks)? {
            let all = Pattern::all(block.schema().keys.len());
            epoch = self.store()?.invalidate(block.schema(), &all).await?;
        }
        Ok(epoch)
    }

    /// The same for the copies of one keyed block whose keys match.
    ///
    /// # Errors
    /// If the store refuses or cannot be reached, or there is no such block.
    pub async fn refresh_keys(&self, block: &str, keys: &Pattern) -> Result<u64, ChangeError> {
        let mut epoch = 0;
        for block in self.chosen(&[block])? {
            epoch = self.store()?.invalidate(block.schema(), keys).await?;
        }
        Ok(epoch)
    }
}

//! The last good rows on disk, for a start while the store is away.

mod content;
mod file;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::warn;

pub(super) use content::Content;

use super::metrics;
use crate::schema::BlockSchema;

/// Writes the last good rows whenever they change, newest wins, on a thread of its own.
pub(super) struct Keeper {
    newest: watch::Sender<Option<Content>>,
    writer: JoinHandle<()>,
}

impl Keeper {
    pub(super) fn new(path: PathBuf) -> Self {
        let (newest, changed) = watch::channel(None);
        Self { newest, writer: tokio::spawn(write_all(path, changed)) }
    }

    /// Has `content` written; whatever waits to be written is not any more.
    pub(super) fn keep(&self, content: Content) {
        self.newest.send_replace(Some(content));
    }

    /// Waits until the newest content is written.
    pub(super) async fn finish(self) {
        drop(self.newest);
        // Fails if the runtime ends, and nothing can be written then.
        let _ = self.writer.await;
    }
}

/// The channel yields its newest content once more after the sender is gone, so nothing is left out.
async fn write_all(path: PathBuf, mut changed: watch::Receiver<Option<Content>>) {
    let mut failing = false;
    while changed.changed().await.is_ok() {
        let Some(content) = changed.borrow_and_update().clone() else {
            continue;
        };
        let target = path.clone();
        let written = tokio::task::spawn_blocking(move || file::write(&target, &content)).await;
        let error = match written {
            Ok(written) => written.err().map(|error| error.to_string()),
            Err(panic) => Some(panic.to_string()),
        };
        if let Some(error) = &error
            && !failing
        {
            let path = path.display();
            warn!(%path, error, "the last good values cannot be kept on disk; they stay in memory");
        }
        failing = error.is_some();
        metrics::kept(!failing);
    }
}

/// The file in `folder` for these blocks: programs with other blocks have another.
pub(super) fn path(folder: &Path, schemas: &[&'static BlockSchema]) -> PathBuf {
    folder.join(format!("last-good-{:08x}", content::of_all(schemas)))
}

/// What was kept, and when; nothing if there is no file, or with a warning if it cannot be used.
pub(super) async fn read(path: PathBuf) -> Option<(SystemTime, Content)> {
    let shown = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || file::read(&path)).await;
    match read.ok()? {
        Ok(found) => found,
        Err(error) => {
            warn!(path = shown, %error, "the last good values on disk cannot be used");
            None
        }
    }
}

//! The last good rows on disk, for a start while the store is away.

mod content;
mod file;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};

pub(super) use content::{Content, KeptRows};
#[cfg(feature = "testing")]
pub(crate) use file::sealed;

use super::backoff::Backoff;
use super::{Board, KeptState, metrics};
#[cfg(feature = "testing")]
use crate::record::Record;
use crate::schema::BlockSchema;

/// How often the file is marked as confirmed by the store, at most.
const CONFIRM: Duration = Duration::from_secs(5);

/// Writes the last good rows whenever they change, newest wins, on a thread of its own.
pub(super) struct Keeper {
    orders: watch::Sender<Order>,
    writer: JoinHandle<()>,
    confirmed: Instant,
}

/// What is to be on the disk.
#[derive(Clone, Default)]
struct Order {
    content: Option<Arc<Content>>,
    /// Which content it is, so that it is written once.
    number: u64,
}

impl Keeper {
    pub(super) fn new(path: PathBuf, board: Arc<Board>) -> Self {
        let (orders, ordered) = watch::channel(Order::default());
        board.set_kept(KeptState::Kept);
        let writer = tokio::spawn(write_all(path, board, ordered));
        Self { orders, writer, confirmed: Instant::now() }
    }

    /// Has `content` written; what waits to be written gives way to it.
    pub(super) fn keep(&self, content: Content) {
        self.orders.send_modify(|order| {
            order.content = Some(Arc::new(content));
            order.number += 1;
        });
    }

    /// Has the file say that the store stands behind what is in it, as of now.
    pub(super) fn confirm(&mut self) {
        if self.confirmed.elapsed() > CONFIRM {
            self.confirmed = Instant::now();
            self.orders.send_modify(|_| {});
        }
    }

    /// Waits until the newest content is written, or has failed to be.
    pub(super) async fn finish(self) {
        drop(self.orders);
        // Fails if the runtime ends, and nothing can be written then.
        let _ = self.writer.await;
    }
}

/// Carries the orders out. What cannot be written is tried again later, and once more at the end.
async fn write_all(path: PathBuf, board: Arc<Board>, mut ordered: watch::Receiver<Order>) {
    let (mut written, mut failing) = (0, None);
    let mut backoff = Backoff::of_tries();
    loop {
        let is_behind = ordered.borrow().number != written;
        let wait = if is_behind && failing.is_some() { backoff.next() } else { Duration::MAX };
        let over = matches!(tokio::time::timeout(wait, ordered.changed()).await, Ok(Err(_)));
        let order = ordered.borrow_and_update().clone();
        let content = order.content.filter(|_| order.number != written);
        if over && content.is_none() {
            return;
        }
        match carry_out(path.clone(), content).await {
            Ok(()) => {
                backoff.reset();
                written = order.number;
                if failing.take().is_some() {
                    info!(path = %path.display(), "the last good values are kept on disk again");
                    board.set_kept(KeptState::Kept);
                }
            }
            Err(error) => {
                if failing.is_none() {
                    let path = path.display();
                    warn!(%path, error, "the last good values cannot be kept on disk; they stay in memory");
                }
                let since = *failing.get_or_insert_with(SystemTime::now);
                board.set_kept(KeptState::Failing { since, error });
            }
        }
        metrics::kept(failing.is_none());
        if over {
            return;
        }
    }
}

/// Writes `content`, or marks what is there as confirmed.
async fn carry_out(path: PathBuf, content: Option<Arc<Content>>) -> Result<(), String> {
    let work = tokio::task::spawn_blocking(move || match content {
        Some(content) => file::write(&path, &content),
        None => file::confirm(&path),
    });
    match work.await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(panic) => Err(panic.to_string()),
    }
}

/// The file in `folder` for these blocks of this source: programs with others have another.
pub(super) fn path(folder: &Path, source: &str, schemas: &[&'static BlockSchema]) -> PathBuf {
    folder.join(format!("last-good-{:08x}", content::of_all(source, schemas)))
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

/// What a file of these bytes says of a block.
#[cfg(feature = "testing")]
pub(crate) fn kept(file: &[u8], schema: &BlockSchema) -> Result<Option<Option<Record>>, String> {
    let (_, content) = file::parse(file)?;
    content.get(schema).map_err(str::to_owned)
}

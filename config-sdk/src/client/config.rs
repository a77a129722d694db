//! A configuration: what a program reads from, and asks to refresh.

use std::any::Any;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::{AlreadyInstalled, ConfigBuilder, FixedBuilder, RefreshError, WaitError, global};
use crate::block::{ConfigBlock, KeyedBlock};
use crate::cell::{Cells, Guard, Handle, Slots, Snapshot, local};
use crate::keyed::{Keyed, Shelves};
use crate::path::{self, ReadError};
use crate::refresh::{self, Board, Command, Events, Force, RefreshReport, Status, Subscription};
use crate::schema::BlockSchema;
use crate::source::{Difference, Source, SourceError};

/// Longest time that work on the tables may take.
const WORK: Duration = Duration::from_secs(10);

/// The configuration of a program: every registered block, always whole, always valid.
///
/// Cheap to clone; all clones are one. The background task ends with the last of them, or with
/// [`shutdown`](Config::shutdown); what was read last can still be read then.
#[derive(Clone)]
pub struct Config {
    slots: Slots,
    shared: Arc<Shared>,
}

struct Shared {
    cells: Arc<Cells>,
    shelves: Shelves,
    board: Arc<Board>,
    /// None for a configuration that a test has fixed.
    running: Option<Running>,
}

/// The ways to the background task.
pub(super) struct Running {
    /// The task's own, so that its connections end with the task.
    pub(super) source: Weak<dyn Source>,
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) stop: watch::Sender<bool>,
    #[cfg(feature = "ops")]
    pub(super) known: super::desk::Known,
}

impl Config {
    /// Starts to put a configuration together.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::new()
    }

    /// Starts to put a configuration together that never changes, for the tests of an application.
    pub fn fixed() -> FixedBuilder {
        FixedBuilder::new()
    }

    /// One that `running` refreshes; without it, one that never changes.
    pub(super) fn new(
        cells: Arc<Cells>,
        shelves: Shelves,
        board: Arc<Board>,
        running: Option<Running>,
    ) -> Self {
        let slots = cells.slots();
        Self { slots, shared: Arc::new(Shared { cells, shelves, board, running }) }
    }

    #[cfg(feature = "ops")]
    pub(super) fn background(&self) -> Option<&Running> {
        self.shared.running.as_ref()
    }

    pub(super) fn cells(&self) -> &Cells {
        &self.shared.cells
    }

    /// The block's current value. Synchronous, infallible, lock-free, without allocation or network;
    /// about the cost of one `ArcSwap::load`.
    ///
    /// # Panics
    /// If the block was not registered with the builder; the message says which line to add.
    #[inline]
    #[must_use]
    pub fn get<T: ConfigBlock>(&self) -> Guard<T> {
        self.slots.cell::<T>().load()
    }

    /// The block's current value, or `None` if it was not registered.
    #[inline]
    #[must_use]
    pub fn try_get<T: ConfigBlock>(&self) -> Option<Guard<T>> {
        Some(self.slots.find::<T>()?.load())
    }

    /// Runs `read` on the block's current value: the fastest read without a handle, from a copy that
    /// each thread keeps until it reads again.
    ///
    /// # Panics
    /// As [`get`](Self::get), and if `read` does.
    #[inline]
    pub fn with<T: ConfigBlock, R>(&self, read: impl FnOnce(&T) -> R) -> R {
        local::with(&self.slots, read)
    }

    /// A reader to keep for a hot loop.
    ///
    /// # Panics
    /// As [`get`](Self::get).
    #[must_use]
    pub fn handle<T: ConfigBlock>(&self) -> Handle<T> {
        Handle::new(Arc::clone(self.slots.cell::<T>()))
    }

    /// The way to the copies of a keyed block. Cheap, and cheap to clone: keep it where it is used.
    ///
    /// # Panics
    /// If the block was not registered with the builder; the message says which line to add.
    #[must_use]
    pub fn keyed<T: KeyedBlock>(&self) -> Keyed<T> {
        self.shared.shelves.keyed(Arc::clone(&self.shared) as Arc<dyn Any + Send + Sync>)
    }

    /// Every block as of one epoch. About the cost of one `ArcSwap::load`.
    #[inline]
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.shared.cells.snapshot()
    }

    /// Makes this the process's configuration, for [`global`](crate::global).
    ///
    /// # Errors
    /// If there is one already; it stays.
    pub fn install(&self) -> Result<(), AlreadyInstalled> {
        global::install(self.clone())
    }

    /// Asks the store for one block now, and for whatever else has changed.
    ///
    /// Cancel safe: the refresh goes on if this is dropped.
    ///
    /// # Errors
    /// If the configuration was shut down. That the store cannot be reached is no error but an
    /// outcome in the report.
    ///
    /// # Panics
    /// As [`get`](Self::get).
    pub async fn refresh<T: ConfigBlock>(&self) -> Result<RefreshReport, RefreshError> {
        self.slots.cell::<T>();
        self.force(Force::Blocks(vec![T::schema().name])).await
    }

    /// Like [`refresh`](Self::refresh), for the block of that name.
    ///
    /// # Errors
    /// If there is no such block, or the configuration was shut down.
    pub async fn refresh_block(&self, name: &str) -> Result<RefreshReport, RefreshError> {
        let mut names = self.schemas().map(|schema| schema.name);
        let name = names.find(|known| *known == name).ok_or_else(|| self.unknown_block(name))?;
        self.force(Force::Blocks(vec![name])).await
    }

    /// Like [`refresh`](Self::refresh), for all blocks.
    ///
    /// # Errors
    /// If the configuration was shut down.
    pub async fn refresh_all(&self) -> Result<RefreshReport, RefreshError> {
        self.force(Force::All).await
    }

    /// Waits until readers have `epoch` or a later one. Cancel safe.
    ///
    /// # Errors
    /// If it has not arrived within `limit`.
    pub async fn wait_for(&self, epoch: u64, limit: Duration) -> Result<(), WaitError> {
        let mut seen = self.shared.cells.epoch();
        let arrived = tokio::time::timeout(limit, seen.wait_for(|have| *have >= epoch)).await;
        let arrived = arrived.is_ok_and(|arrived| arrived.is_ok());
        let have = *self.shared.cells.epoch().borrow();
        let missing = WaitError::TimedOut { wanted: epoch, have, within: limit };
        if arrived { Ok(()) } else { Err(missing) }
    }

    /// Hears of the block's changes from now on.
    ///
    /// # Panics
    /// As [`get`](Self::get).
    #[must_use]
    pub fn subscribe<T: ConfigBlock>(&self) -> Subscription<T> {
        Subscription::new(Arc::clone(self.slots.cell::<T>()))
    }

    /// Hears of everything that happens from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        self.shared.board.events()
    }

    /// How things stand.
    #[must_use]
    pub fn status(&self) -> Status {
        let source = self.shared.running.as_ref().and_then(|running| running.source.upgrade());
        let tier = source.and_then(|source| source.tier());
        Status { tier, ..self.shared.board.status(&self.shared.cells) }
    }

    /// Waits until [`Status::is_ready`], and says whether it came to that within `limit`. It says how
    /// things stand now: a configuration that was ready may not be later. Cancel safe.
    pub async fn ready(&self, limit: Duration) -> bool {
        let ready = refresh::wait_until(&self.shared.board, &self.shared.cells, Status::is_ready);
        tokio::time::timeout(limit, ready).await.is_ok()
    }

    /// Names every difference between the structs and the store's tables.
    ///
    /// # Errors
    /// If the store cannot be read, or is one that cannot be compared.
    pub async fn check(&self) -> Result<Vec<Difference>, SourceError> {
        let Some(source) = self.source()? else {
            return Ok(Vec::new());
        };
        let store = source
            .store()
            .ok_or_else(|| SourceError::refused("this source has no tables to compare with"))?;
        let schemas: Vec<_> = self.schemas().collect();
        in_time(store.check(&schemas)).await
    }

    /// Forgets the history of all changes but those of the newest `keep` epochs, and says how many
    /// changes that were. Values stay as they are. A process that has not read for longer than that
    /// reads everything once.
    ///
    /// # Errors
    /// If the store cannot be reached, or refuses: only the owner of its bookkeeping may do this.
    pub async fn prune(&self, keep: u64) -> Result<u64, SourceError> {
        let Some(source) = self.source()? else {
            return Ok(0);
        };
        match source.store() {
            Some(store) => in_time(store.prune(keep)).await,
            None => Ok(0),
        }
    }

    /// Ends the background task, whatever it is doing, and waits until it has ended. Values can still be
    /// read, and stay as they are.
    pub async fn shutdown(&self) {
        if let Some(running) = &self.shared.running {
            running.stop.send_replace(true);
            running.commands.closed().await;
        }
    }

    /// Of all blocks, the keyed ones last.
    fn schemas(&self) -> impl Iterator<Item = &'static BlockSchema> {
        let blocks = self.shared.cells.blocks().iter().map(|block| block.schema());
        blocks.chain(self.shared.shelves.all().iter().map(|shelf| shelf.schema()))
    }

    /// What this reads from; none, if it is fixed.
    pub(super) fn source(&self) -> Result<Option<Arc<dyn Source>>, SourceError> {
        let Some(running) = &self.shared.running else {
            return Ok(None);
        };
        let source = running.source.upgrade();
        let ended = || SourceError::refused("the configuration was shut down: start another");
        source.map(Some).ok_or_else(ended)
    }

    async fn force(&self, force: Force) -> Result<RefreshReport, RefreshError> {
        let Some(running) = &self.shared.running else {
            return Ok(RefreshReport::standing(&self.shared.cells, &force));
        };
        let (reply, report) = oneshot::channel();
        let sent = running.commands.send(Command { force, reply }).await;
        sent.map_err(|_| RefreshError::Ended)?;
        report.await.map_err(|_| RefreshError::Ended)
    }

    pub(super) fn unknown_block(&self, name: &str) -> ReadError {
        path::unknown_block(name, self.shared.cells.blocks().iter().map(|block| block.schema()))
    }
}

async fn in_time<R>(work: impl Future<Output = Result<R, SourceError>>) -> Result<R, SourceError> {
    let done = tokio::time::timeout(WORK, work).await;
    done.unwrap_or_else(|_| Err(SourceError::unreachable("the store does not answer")))
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("blocks", &self.shared.cells).finish_non_exhaustive()
    }
}

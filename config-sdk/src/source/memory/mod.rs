//! A store in memory: for tests, and for programs that want no store at all.

mod keyed;
#[cfg(feature = "ops")]
mod past;
mod row;
mod rows;
#[cfg(feature = "ops")]
mod write;
#[cfg(feature = "ops")]
mod writer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use rows::Content;
pub use rows::Edit;

use super::ddl::{Difference, Step};
use super::{
    BoxFuture, Deaf, Fetched, Loaded, Request, Signal, Source, SourceError, Store, Wanted,
};
use crate::block::ConfigBlock;
use crate::key::Pattern;
use crate::schema::BlockSchema;

/// A store in memory that can be told to misbehave.
///
/// Clones share one store.
///
/// ```
/// # use config_sdk::MemoryStore;
/// let store = MemoryStore::new();
/// let epoch = store.set("trading", [("score_threshold", "0.8")]);
/// assert_eq!(epoch, 1);
/// ```
#[derive(Clone, Debug)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rows: Mutex<Content>,
    /// Counts what listeners should hear of.
    moved: watch::Sender<u64>,
    manners: watch::Sender<Manners>,
}

/// How the store misbehaves.
#[derive(Clone, Debug, Default)]
struct Manners {
    failing: Option<String>,
    frozen: bool,
    deaf: bool,
    slow: Option<Duration>,
}

impl MemoryStore {
    /// An empty store at epoch 0.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            rows: Mutex::default(),
            moved: watch::Sender::new(0),
            manners: watch::Sender::new(Manners::default()),
        }))
    }

    /// Makes these columns the whole active row of `block`, as text; columns that are not among them
    /// are `NULL`. Of a keyed block, that is the row that all keys inherit from. Returns the new epoch.
    pub fn set<'a>(
        &self,
        block: &str,
        columns: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> u64 {
        let columns = texts(columns);
        self.transaction(|edit| edit.put(block, columns))
    }

    /// Stores a whole block. Returns the new epoch.
    pub fn put<T: ConfigBlock>(&self, block: &T) -> u64 {
        self.transaction(|edit| edit.put(T::schema().name, stored(block)))
    }

    /// Takes the active row of `block` away, so that its defaults hold. Returns the new epoch.
    pub fn remove(&self, block: &str) -> u64 {
        self.transaction(|edit| edit.remove(block))
    }

    /// Makes several changes at once, under one epoch, which it returns.
    pub fn transaction(&self, change: impl FnOnce(&mut Edit<'_>)) -> u64 {
        let mut rows = self.rows();
        rows.epoch += 1;
        rows.mark = fastrand::u64(..);
        change(&mut Edit(&mut rows));
        let epoch = rows.epoch;
        drop(rows);
        self.0.moved.send_modify(|count| *count += 1);
        epoch
    }

    /// Makes every fetch and load fail with `message` from now on, and listening too.
    pub fn fail(&self, message: impl Into<String>) {
        let message = message.into();
        self.0.manners.send_modify(|manners| manners.failing = Some(message));
    }

    /// Makes every fetch and load hang from now on: no answer, no error.
    pub fn freeze(&self) {
        self.0.manners.send_modify(|manners| manners.frozen = true);
    }

    /// Loses every notification from now on, without anybody noticing.
    pub fn lose_notifications(&self) {
        self.0.manners.send_modify(|manners| manners.deaf = true);
    }

    /// Lets every answer take `delay` from when its rows were read, so that an older answer can
    /// arrive after a newer one.
    pub fn delay(&self, delay: Duration) {
        self.0.manners.send_modify(|manners| manners.slow = Some(delay));
    }

    /// Behaves again.
    pub fn heal(&self) {
        self.0.manners.send_modify(|manners| *manners = Manners::default());
    }

    /// Makes `block` unreadable with `reason`, or readable again, without a new epoch, as a dropped
    /// table would be.
    pub fn unreadable(&self, block: &str, reason: Option<&str>) {
        self.rows().blocks.entry(block.to_owned()).or_default().unreadable =
            reason.map(str::to_owned);
    }

    /// Sets the epoch without a change, as a store restored from a backup would.
    pub fn rewind(&self, epoch: u64) {
        let mut rows = self.rows();
        (rows.epoch, rows.mark) = (epoch, fastrand::u64(..));
        drop(rows);
        self.notify();
    }

    /// Forgets what changed up to `epoch`.
    pub fn prune(&self, epoch: u64) {
        self.rows().forget(epoch);
    }

    /// Sends a notification although nothing changed.
    pub fn notify(&self) {
        self.0.moved.send_modify(|count| *count += 1);
    }

    /// How often it was asked.
    #[must_use]
    pub fn fetches(&self) -> u64 {
        self.rows().fetches
    }

    fn rows(&self) -> MutexGuard<'_, Content> {
        self.0.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer<R>(&self, read: impl FnOnce(&mut Content) -> R) -> Result<R, SourceError> {
        let manners = self.0.manners.borrow().clone();
        let answer = read(&mut self.rows());
        if let Some(delay) = manners.slow {
            tokio::time::sleep(delay).await;
        }
        if manners.frozen {
            let mut manners = self.0.manners.subscribe();
            // Fails only when the store is gone, and this call holds it.
            let _ = manners.wait_for(|manners| !manners.frozen).await;
        }
        match manners.failing {
            Some(message) => Err(SourceError::unreachable(message)),
            None => Ok(answer),
        }
    }

    async fn listen(&self, signal: Signal) -> Deaf {
        let mut moved = self.0.moved.subscribe();
        let mut manners = self.0.manners.subscribe();
        let mut listening = false;
        loop {
            if let Some(message) = &manners.borrow_and_update().failing {
                return Deaf::Lost(SourceError::unreachable(message.clone()));
            }
            if !std::mem::replace(&mut listening, true) {
                signal.listening();
            }
            tokio::select! {
                _ = manners.changed() => {}
                _ = moved.changed() => {
                    if !self.0.manners.borrow().deaf {
                        signal.changed([]);
                    }
                }
            }
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for MemoryStore {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(self.answer(move |rows| rows.read(&request)))
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        Box::pin(async move { self.answer(|rows| rows.load(wanted)).await? })
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        Box::pin(self.listen(signal))
    }

    fn store(&self) -> Option<&dyn Store> {
        Some(self)
    }
}

/// Nothing to set up, nothing to differ.
impl Store for MemoryStore {
    fn migrate<'a>(
        &'a self,
        _blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn check<'a>(
        &'a self,
        _blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Difference>, SourceError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn invalidate<'a>(
        &'a self,
        block: &'static BlockSchema,
        keys: &'a Pattern,
    ) -> BoxFuture<'a, Result<u64, SourceError>> {
        let write = || self.transaction(|edit| edit.invalidate(block.name, keys));
        Box::pin(async move { self.answer(|_| ()).await.map(|()| write()) })
    }

    fn prune(&self, keep: u64) -> BoxFuture<'_, Result<u64, SourceError>> {
        let mut rows = self.rows();
        let (before, floor) = (rows.changes.len(), rows.epoch.saturating_sub(keep));
        rows.forget(floor);
        Box::pin(std::future::ready(Ok((before - rows.changes.len()) as u64)))
    }

    #[cfg(feature = "ops")]
    fn writer(&self) -> Option<&dyn super::Writer> {
        Some(self)
    }
}

/// Columns as text.
fn texts<'a>(
    columns: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<String, Option<String>> {
    let columns = columns.into_iter();
    columns.map(|(name, text)| (name.to_owned(), Some(text.to_owned()))).collect()
}

/// The columns that a whole block is stored as.
fn stored<T: ConfigBlock>(block: &T) -> BTreeMap<String, Option<String>> {
    let columns = T::schema().fields.iter().zip(block.encode());
    columns.map(|(field, value)| (field.column.to_owned(), field.stored(&value))).collect()
}

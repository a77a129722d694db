//! SQLite as the store: one machine, several processes on one file, nothing to install.

mod adopted;
mod catalog;
mod ddl;
mod logged;
mod migrate;
#[cfg(feature = "ops")]
mod past;
mod prune;
mod read;
mod rules;
mod select;
#[cfg(feature = "ops")]
mod told;
mod triggers;
mod watch;
#[cfg(feature = "ops")]
mod write;
#[cfg(feature = "ops")]
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Mutex;

pub(super) use ddl::{BOOKKEEPING, blueprint};

use super::changed;
use super::{
    BoxFuture, Deaf, Difference, Fetched, Loaded, Request, Signal, Source, SourceError, Step,
    Store, Wanted,
};
use crate::key::Pattern;
use crate::schema::BlockSchema;
use watch::Identity;

/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(2);

/// An SQLite file as the store: `sqlite:PATH`.
///
/// The file is made by [`migrate`](crate::ConfigBuilder::migrate), and by nothing else. Changes by
/// other processes are seen within about a tenth of a second, by asking SQLite whether the file has
/// moved; that reads no table, and where it has, the epoch alone. A table that moves no epoch, as an
/// adopted one without triggers, is read each TTL. Where the file is taken away and another put in its
/// place, that one is read.
///
/// It holds up to four connections: one for passes, one for loading keys, one for what operators do
/// and processes report, one that looks for changes. So a load never waits for a write.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// What passes ask.
    open: Slot,
    /// What keys are loaded by, so that loads and passes do not wait for each other.
    loading: Slot,
    /// What operators use, and everything else that writes: whoever holds the file keeps them waiting,
    /// and nobody else.
    operating: Slot,
}

/// Taken while it is in use.
type Slot = Arc<Mutex<Option<Open>>>;

/// An open file, and which file it was.
#[derive(Debug)]
struct Open {
    connection: Connection,
    identity: Identity,
    /// Whether it was read before, so that a reader can count on from there.
    is_read: bool,
}

impl SqliteStore {
    /// The file at `path`; nothing is opened yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let [open, loading, operating] = std::array::from_fn(|_| Slot::default());
        Self { path: path.into(), open, loading, operating }
    }

    /// Runs `work` with the open file, away from the runtime's threads, and one at a time: a file
    /// system that hangs holds one thread and no more.
    async fn with<R: Send + 'static>(
        &self,
        slot: &Slot,
        create: bool,
        work: impl FnOnce(&mut Open) -> Result<R, SourceError> + Send + 'static,
    ) -> Result<R, SourceError> {
        let path = self.path.clone();
        let mut slot = Arc::clone(slot).lock_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            let now = Identity::of(&path);
            let kept = slot.take().filter(|open| Some(&open.identity) == now.as_ref());
            let mut open = match kept {
                Some(open) => open,
                None => Open::at(&path, create)?,
            };
            let answer = work(&mut open)?;
            *slot = Some(open);
            Ok(answer)
        });
        done.await.unwrap_or_else(|panic| Err(SourceError::refused(panic.to_string())))
    }
}

impl Open {
    fn at(path: &Path, create: bool) -> Result<Self, SourceError> {
        let failed = |error| failure(path, error);
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        if !create && !path.exists() {
            let path = path.display();
            return Err(SourceError::unreachable(format!(
                "there is no file {path}: correct the path, or add `.migrate()` to make it"
            )));
        }
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        if create {
            // Readers and the one writer do not wait for each other.
            connection.pragma_update(None, "journal_mode", "wal").map_err(failed)?;
        }
        let identity = Identity::of(path);
        let identity = identity.ok_or_else(|| SourceError::unreachable("the file went away"))?;
        Ok(Self { connection, identity, is_read: false })
    }
}

impl Source for SqliteStore {
    fn name(&self) -> String {
        format!("sqlite {}", self.path.display())
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        let ask = read::Ask::new(&request);
        let path = self.path.clone();
        Box::pin(self.with(&self.open, false, move |open| {
            let fetched = read::fetch(&mut open.connection, &ask, !open.is_read);
            open.is_read = fetched.is_ok();
            fetched.map_err(|error| failure(&path, error))
        }))
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        let load = read::Load::new(&wanted);
        let path = self.path.clone();
        Box::pin(self.with(&self.loading, false, move |open| {
            let loaded = read::load(&mut open.connection, &load);
            loaded.map_err(|error| failure(&path, error))?.map_err(SourceError::refused)
        }))
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        Box::pin(watch::watch(&self.path, signal))
    }

    fn store(&self) -> Option<&dyn Store> {
        Some(self)
    }
}

impl Store for SqliteStore {
    fn migrate<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>> {
        let (path, blocks) = (self.path.clone(), blocks.to_vec());
        Box::pin(self.with(&self.open, true, move |open| {
            migrate::migrate(&mut open.connection, &blocks).map_err(|error| failure(&path, error))
        }))
    }

    fn check<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Difference>, SourceError>> {
        let (path, blocks) = (self.path.clone(), blocks.to_vec());
        Box::pin(self.with(&self.open, false, move |open| {
            migrate::check(&open.connection, &blocks).map_err(|error| failure(&path, error))
        }))
    }

    fn adopt<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>> {
        let (path, blocks) = (self.path.clone(), blocks.to_vec());
        Box::pin(self.with(&self.open, false, move |open| {
            migrate::adopt(&mut open.connection, &blocks).map_err(|error| failure(&path, error))
        }))
    }

    fn invalidate<'a>(
        &'a self,
        block: &'static BlockSchema,
        keys: &'a Pattern,
    ) -> BoxFuture<'a, Result<u64, SourceError>> {
        let (path, keys) = (self.path.clone(), changed::logged(block, keys));
        Box::pin(self.with(&self.operating, false, move |open| {
            let epoch = read::invalidate(&mut open.connection, block, &keys);
            epoch.map_err(|error| failure(&path, error))
        }))
    }

    fn prune(&self, keep: u64) -> BoxFuture<'_, Result<u64, SourceError>> {
        let path = self.path.clone();
        Box::pin(self.with(&self.operating, false, move |open| {
            prune::prune(&mut open.connection, keep).map_err(|error| failure(&path, error))
        }))
    }

    #[cfg(feature = "ops")]
    fn writer(&self) -> Option<&dyn super::Writer> {
        Some(self)
    }
}

/// What went wrong with the file at `path`, and what to do.
fn failure(path: &Path, error: rusqlite::Error) -> SourceError {
    use rusqlite::ErrorCode;
    let path = path.display();
    let message = format!("{path}: {error}");
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            SourceError::refused(format!("{path} is not an SQLite database: correct the path"))
        }
        Some(ErrorCode::CannotOpen) => SourceError::unreachable(format!(
            "{path} cannot be opened: see that its folder exists and may be written"
        )),
        Some(ErrorCode::DatabaseBusy) => SourceError::unreachable(format!(
            "{path} is locked: somebody has a transaction open, and has to end it"
        )),
        _ if message.contains("no such table: config_sdk_epoch") => SourceError::refused(format!(
            "{path} has no config_sdk tables: add `.migrate()`, or run the SQL that `schema` prints"
        )),
        _ => SourceError::unreachable(message),
    }
}

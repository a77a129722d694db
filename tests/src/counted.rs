//! A store that counts how often it is asked, and says when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use config_sdk::{
    BoxFuture, Deaf, Fetched, Loaded, Request, Signal, Source, SourceError, Store, TierStatus,
    Wanted,
};
use rustix::time::{ClockId, clock_gettime};

/// A store that is asked through this; each pass asks it once.
#[derive(Debug)]
pub struct Counted<S> {
    store: S,
    is_deaf: bool,
    asked: Asked,
}

/// When the store was asked and had answered, in [`now`]'s nanoseconds; cheap to clone, all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Asked(Arc<Mutex<Vec<(u64, u64)>>>);

impl<S> Counted<S> {
    /// `store`, and the count.
    #[must_use]
    pub fn new(store: S) -> (Self, Asked) {
        let asked = Asked::default();
        (Self { store, is_deaf: false, asked: asked.clone() }, asked)
    }

    /// The same, which nobody listens to.
    #[must_use]
    pub fn deaf(self) -> Self {
        Self { is_deaf: true, ..self }
    }
}

impl Asked {
    /// How often it has been.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Everything since this was called last.
    pub fn take(&self) -> Vec<(u64, u64)> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(u64, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Source> Source for Counted<S> {
    fn name(&self) -> String {
        self.store.name()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(async move {
            let began = now();
            let fetched = self.store.fetch(request).await;
            self.asked.lock().push((began, now()));
            fetched
        })
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        self.store.load(wanted)
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        if self.is_deaf {
            let reason = "nobody listens".to_owned();
            return Box::pin(std::future::ready(Deaf::Never { reason }));
        }
        self.store.changes(signal)
    }

    fn tier(&self) -> Option<TierStatus> {
        self.store.tier()
    }

    fn store(&self) -> Option<&dyn Store> {
        self.store.store()
    }
}

/// The machine's monotonic clock in nanoseconds, the same in all of its processes.
#[must_use]
pub fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

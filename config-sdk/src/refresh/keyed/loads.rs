//! Loading the copies of a bounded keyed block that are wanted, many at a time, one question after the
//! other.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, error, warn};

use super::copy::{Copy, Press};
use super::metrics;
use super::warm::Schedule;
use crate::cell::Origin;
use crate::guarded::guarded;
use crate::key::Key;
use crate::keyed::{AnyBounded, AnyShelf, MARKS};
use crate::record::Record;
use crate::refresh::backoff::Backoff;
use crate::refresh::board::Board;
use crate::refresh::overlay::Overlay;
use crate::source::{Loaded, Source, SourceError, Wanted, Which};

/// Most keys of one question.
pub(in crate::refresh) const BATCH: usize = 1000;
/// How long questions are asked in turn before anything else that is due.
const IN_TURN: Duration = Duration::from_millis(200);
/// Rest after an answer that was too old for all of its keys.
const REST: Duration = Duration::from_millis(5);

/// Shortest part of a lifetime that is looked at.
const SHORTEST: Duration = Duration::from_millis(5);

/// Loads what is wanted of one bounded block.
pub(crate) struct Loader {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) shelf: Arc<dyn AnyShelf>,
    pub(crate) overlay: Arc<Overlay>,
    pub(crate) board: Arc<Board>,
    pub(crate) max_record: u64,
    /// How long a copy lives where nothing tells of changes.
    pub(crate) ttl: Duration,
    /// The folder in which the hottest keys are remembered.
    pub(crate) folder: Option<PathBuf>,
}

/// Keys that were asked for, and the answer.
type Turn = (Vec<Key>, Result<Loaded, SourceError>);

/// What the loader knows between two answers.
pub(in crate::refresh) struct Known {
    /// The shared row that the copies of keys without a row are made of.
    pub(in crate::refresh) shared: Option<Record>,
    /// One that was turned away.
    refused: Option<Record>,
    backoff: Backoff,
    /// Why nothing can be loaded, if so.
    pub(in crate::refresh) failure: Option<Arc<str>>,
}

impl Loader {
    /// Loads for as long as it is let, whatever happens on the way.
    pub(crate) async fn run(self) {
        let Some(bounded) = self.shelf.bounded() else {
            return;
        };
        let _closed = CloseWith(&self);
        while guarded(self.load_all(bounded)).await.is_none() {
            let block = self.shelf.schema().name;
            error!(block, "loading keys panicked; it goes on");
            bounded.fail(&Arc::from("loading keys panicked; see the program's output"));
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn load_all(&self, bounded: &dyn AnyBounded) {
        let mut known =
            Known { shared: None, refused: None, backoff: Backoff::of_tries(), failure: None };
        let part = (self.ttl / MARKS).max(SHORTEST);
        let mut older = Instant::now() + part;
        let mut schedule = Schedule::new(self);
        loop {
            tokio::select! {
                () = schedule.due() => schedule.act(self, bounded, &mut known).await,
                () = bounded.wanted() => {
                    self.load(bounded, &mut known).await;
                    self.count();
                    for order in bounded.take_orders() {
                        self.warm_all(bounded, &order, &mut known).await;
                    }
                }
                () = sleep_until(older) => {
                    older = Instant::now() + part;
                    self.count();
                    if self.board.is_untracked(self.shelf.schema().name) {
                        let hard = self.shelf.options().hard_ttl.unwrap_or(self.ttl * 2);
                        let hard = hard.as_secs_f64() / part.as_secs_f64().max(f64::MIN_POSITIVE);
                        bounded.grow_older(MARKS, (hard as u32).max(MARKS));
                    }
                }
            }
        }
    }

    fn count(&self) {
        metrics::shelf(&*self.shelf);
        metrics::tier(self.source.tier());
    }

    /// Loads the keys that are wanted now. While one answer is taken in, the next is asked for.
    pub(in crate::refresh) async fn load(&self, bounded: &dyn AnyBounded, known: &mut Known) {
        let mut turn = self.ask_next(bounded, BATCH).await;
        let until = Instant::now() + IN_TURN;
        while let Some((keys, answer)) = turn {
            let Some(loaded) = self.taken(bounded, answer, known).await else {
                return;
            };
            let most = if Instant::now() < until { BATCH } else { 0 };
            // In this order: it is asked, and then the other is taken in.
            let is_wanted;
            (turn, is_wanted) = tokio::join!(
                biased;
                self.ask_next(bounded, most),
                async { self.land(bounded, &keys, loaded, known) }
            );
            if !is_wanted && turn.is_none() {
                sleep(REST).await;
            }
        }
    }

    /// Asks for up to `most` keys that are wanted now, if any are.
    async fn ask_next(&self, bounded: &dyn AnyBounded, most: usize) -> Option<Turn> {
        let (keys, fresh) = bounded.take(most);
        if keys.is_empty() {
            return None;
        }
        bounded.asked(keys.len());
        let answer = self.ask(Which::Keys(&keys), fresh).await;
        Some((keys, answer))
    }

    /// What was loaded; if nothing could be, everybody who waits is told, and there is a pause.
    async fn taken(
        &self,
        bounded: &dyn AnyBounded,
        answer: Result<Loaded, SourceError>,
        known: &mut Known,
    ) -> Option<Loaded> {
        match answer {
            Ok(loaded) => {
                if known.failure.take().is_some() {
                    tracing::info!(block = self.shelf.schema().name, "keys can be loaded again");
                }
                known.backoff.reset();
                bounded.is_back();
                Some(loaded)
            }
            Err(error) => {
                let reason: Arc<str> = error.to_string().into();
                if known.failure.is_none() {
                    let block = self.shelf.schema().name;
                    warn!(block, %reason, "keys cannot be loaded; the last good copies stay");
                }
                bounded.fail(&reason);
                known.failure = Some(reason);
                sleep(known.backoff.next()).await;
                None
            }
        }
    }

    /// Asks, past any shared tier if `fresh`, and answers for a source that hangs or panics.
    pub(in crate::refresh) async fn ask(
        &self,
        which: Which<'_>,
        fresh: bool,
    ) -> Result<Loaded, SourceError> {
        let mut wanted = Wanted::of(self.shelf.schema(), which);
        (wanted.max_record, wanted.fresh) = (self.max_record, fresh);
        // A load that is late for its readers may still be in time for the next ones.
        let limit = self.shelf.options().load_timeout * 2;
        let loaded = guarded(async { self.source.load(wanted).await });
        match tokio::time::timeout(limit, loaded).await {
            Ok(Some(loaded)) => loaded,
            Ok(None) => Err(SourceError::refused(
                "the source panicked; its message is in the program's output",
            )),
            Err(_) => Err(SourceError::unreachable(format!(
                "no answer within {}",
                humantime::format_duration(limit)
            ))),
        }
    }

    /// Keeps what was loaded of `keys`; says whether any of it was still wanted.
    fn land(
        &self,
        bounded: &dyn AnyBounded,
        keys: &[Key],
        loaded: Loaded,
        known: &mut Known,
    ) -> bool {
        let Loaded { epoch, rows } = loaded;
        debug!(block = self.shelf.schema().name, keys = keys.len(), epoch, "loaded");
        for odd in &rows.odd {
            warn!(block = self.shelf.schema().name, odd, "a row is not read");
        }
        self.share(bounded, rows.shared.map(|row| row.within(self.max_record)), epoch, known);
        let mut own: HashMap<Key, Record> = rows.own.into_iter().collect();
        let mut any = false;
        for key in keys {
            let row = own.remove(key).map(|row| row.within(self.max_record));
            let Some(row) = row else {
                self.shelf.refusals().remove(Some(key));
                any |= bounded.land_shared(key, epoch);
                continue;
            };
            match self.press().copy(Some(key), Some(&row), known.shared.as_ref(), epoch) {
                Some(Copy { ready, meta, heap }) => {
                    any |= bounded.land(key, epoch, ready, meta, heap);
                }
                None => {
                    bounded.erred();
                    bounded.keep(key, epoch);
                    any = true;
                }
            }
        }
        any
    }

    /// Keys without a row of their own have what the shared row says, if that is good.
    pub(in crate::refresh) fn share(
        &self,
        bounded: &dyn AnyBounded,
        shared: Option<Record>,
        epoch: u64,
        known: &mut Known,
    ) {
        if shared == known.shared {
            if known.refused.take().is_some() {
                self.shelf.refusals().remove(None);
            }
            return;
        }
        if shared.is_some() && shared == known.refused {
            return;
        }
        match self.press().copy(None, None, shared.as_ref(), epoch) {
            Some(Copy { ready, meta, .. }) => {
                bounded.set_shared(ready, meta);
                (known.shared, known.refused) = (shared, None);
            }
            None => known.refused = shared,
        }
    }

    pub(in crate::refresh) fn press(&self) -> Press<'_> {
        Press {
            shelf: &*self.shelf,
            overlay: &self.overlay,
            board: &self.board,
            max_record: self.max_record,
            origin: Origin::Store,
        }
    }
}

/// Lets nobody wait once nothing is loaded any more, also when the task is dropped.
struct CloseWith<'a>(&'a Loader);

impl Drop for CloseWith<'_> {
    fn drop(&mut self) {
        self.0.remember_now();
        if let Some(bounded) = self.0.shelf.bounded() {
            bounded.close(&Arc::from("the configuration was shut down, or its runtime is gone"));
        }
    }
}

//! Loading copies before they are asked for: after the start, on a schedule, or all of them by order.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};

use super::copy::Copy;
use super::hottest;
use super::loads::{BATCH, Known, Loader};
use crate::key::Key;
use crate::keyed::{AnyBounded, Order, Warm, Warmed};
use crate::refresh::backoff::jittered;
use crate::source::{Loaded, Which};

/// How soon warming is tried again that the store was not there for.
const RETRY: Duration = Duration::from_secs(1);

/// How often the hottest keys are remembered.
const REMEMBER: Duration = Duration::from_secs(60);

/// How often a page is loaded again because all of it may have changed meanwhile.
const MOST_OUTDATED: u32 = 3;

/// When what is warmed.
pub(in crate::refresh) struct Schedule {
    warm: Instant,
    remember: Option<Instant>,
    is_first: bool,
}

impl Schedule {
    pub(in crate::refresh) fn new(loader: &Loader) -> Self {
        let remembers = loader.shelf.options().remember_hottest > 0 && loader.folder.is_some();
        let now = Instant::now();
        Self { warm: now, remember: remembers.then(|| now + REMEMBER), is_first: true }
    }

    /// Waits until there is something to do. Cancel safe.
    pub(in crate::refresh) async fn due(&self) {
        sleep_until(self.remember.map_or(self.warm, |remember| remember.min(self.warm))).await;
    }

    pub(in crate::refresh) async fn act(
        &mut self,
        loader: &Loader,
        bounded: &dyn AnyBounded,
        known: &mut Known,
    ) {
        let options = loader.shelf.options();
        let now = Instant::now();
        if self.warm <= now {
            let far = Duration::from_secs(365 * 24 * 3600);
            self.warm = now + options.warm_every.map_or(far, jittered);
            let hottest = if self.is_first { loader.recall().await } else { Vec::new() };
            let mut is_done = loader.warm(bounded, hottest, known).await;
            match &options.warm {
                Warm::Keys(keys) => is_done &= loader.warm(bounded, keys.clone(), known).await,
                Warm::Nothing if self.is_first || options.warm_every.is_none() => {}
                Warm::All | Warm::Nothing => {
                    let order = tokio::sync::watch::Sender::default();
                    is_done &= loader.warm_all(bounded, &order, known).await;
                }
            }
            if is_done {
                self.is_first = false;
            } else {
                self.warm = now + jittered(RETRY);
            }
        }
        if let Some(remember) = self.remember.filter(|remember| *remember <= now) {
            self.remember = Some(remember + REMEMBER);
            loader.remember().await;
        }
    }
}

impl Loader {
    /// Loads every copy that has a row, page by page, until they no longer fit. Keys that are wanted
    /// meanwhile go before. Says whether it came to an end.
    pub(in crate::refresh) async fn warm_all(
        &self,
        bounded: &dyn AnyBounded,
        order: &Order,
        known: &mut Known,
    ) -> bool {
        let block = self.shelf.schema().name;
        let began = Instant::now();
        let mut after: Option<Key> = None;
        let mut outdated = 0;
        loop {
            bounded.begin();
            bounded.asked(0);
            let page = self.ask(Which::Page { after: after.as_ref(), limit: BATCH }, false).await;
            let loaded = match page {
                Ok(loaded) => loaded,
                Err(error) => {
                    bounded.end();
                    warn!(block, %error, "warming ended early");
                    order.send_modify(|warmed| warmed.fail(&error.to_string()));
                    return false;
                }
            };
            if bounded.is_outdated() && outdated < MOST_OUTDATED {
                outdated += 1;
                continue; // any of it may have changed: the same page again
            }
            outdated = 0;
            let (count, last) = (loaded.rows.own.len(), loaded.rows.own.last());
            after = last.map(|(key, _)| key.clone());
            let is_full = self.put(bounded, loaded, order, known);
            bounded.end();
            if count < BATCH || is_full {
                break;
            }
            self.load(bounded, known).await;
        }
        let took_ms = began.elapsed().as_millis();
        let Warmed { loaded, present, is_full, .. } = order.borrow().clone();
        info!(block, loaded, present, is_full, took_ms, "warmed");
        true
    }

    /// Keeps the copies of a page; says whether no more fit.
    fn put(
        &self,
        bounded: &dyn AnyBounded,
        loaded: Loaded,
        order: &Order,
        known: &mut Known,
    ) -> bool {
        let Loaded { epoch, rows } = loaded;
        self.share(bounded, rows.shared.map(|row| row.within(self.max_record)), epoch, known);
        let mut warmed = order.borrow().clone();
        for (key, row) in rows.own {
            if !bounded.has_room() {
                warmed.is_full = true;
                break;
            }
            if bounded.is_fresh(&key) {
                warmed.present += 1;
                continue;
            }
            let row = row.within(self.max_record);
            match self.press().copy(Some(&key), Some(&row), known.shared.as_ref(), epoch) {
                Some(Copy { ready, meta, heap }) => {
                    // One that changed meanwhile is loaded when it is asked for.
                    let is_current = bounded.land(&key, epoch, ready, meta, heap);
                    warmed.loaded += usize::from(is_current);
                }
                None => warmed.fail("a row is turned away; see `status`"),
            }
        }
        let is_full = warmed.is_full;
        order.send_replace(warmed);
        is_full
    }

    /// Loads these keys, given as their joined parts, unless they are in memory; says whether it could.
    async fn warm(&self, bounded: &dyn AnyBounded, keys: Vec<String>, known: &mut Known) -> bool {
        let schema = self.shelf.schema();
        for portion in keys.chunks(BATCH) {
            for joined in portion {
                match Key::of_joined(joined, schema.keys.len()) {
                    Ok(key) if bounded.is_fresh(&key) => {}
                    Ok(key) => bounded.want(&key),
                    Err(error) => warn!(block = schema.name, %error, "a key cannot be warmed"),
                }
            }
            self.load(bounded, known).await;
            if known.failure.is_some() {
                return false;
            }
        }
        true
    }

    /// The keys that were hottest before the restart.
    async fn recall(&self) -> Vec<String> {
        match &self.folder {
            Some(folder) if self.shelf.options().remember_hottest > 0 => {
                hottest::read(hottest::path(folder, &self.source.name(), self.shelf.schema())).await
            }
            _ => Vec::new(),
        }
    }

    /// Remembers which keys are hottest; while nothing was read, what was remembered stays.
    async fn remember(&self) {
        if let Some((path, keys)) = self.hottest() {
            // Fails only if the runtime ends, and then it is done by `remember_now`.
            let _ = tokio::task::spawn_blocking(move || hottest::write(&path, &keys)).await;
        }
    }

    /// The same, at the end, when nothing is waited for any more.
    pub(super) fn remember_now(&self) {
        if let Some((path, keys)) = self.hottest() {
            hottest::write(&path, &keys);
        }
    }

    /// Where to keep which keys, if there are any.
    fn hottest(&self) -> Option<(PathBuf, Vec<Key>)> {
        let most = self.shelf.options().remember_hottest;
        let (folder, bounded) = (self.folder.as_ref()?, self.shelf.bounded()?);
        let keys = bounded.hottest(most);
        let path = || hottest::path(folder, &self.source.name(), self.shelf.schema());
        (!keys.is_empty()).then(|| (path(), keys))
    }
}

//! What the tasks that read and the one that follows the store know of the tier, and of each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, watch};
use tracing::{info, warn};

use super::address::Address;
use super::line::{Failure, Line, Scripts};
use super::names::Names;
use super::news::{Moment, News};
use crate::schema::BlockSchema;
use crate::source::{Signal, TierState, TierStatus};

/// How long a reader waits for the tier to have followed what this process knows already.
const SETTLES: Duration = Duration::from_millis(150);

/// The terms that are known of blocks, by name.
pub(super) type Terms = BTreeMap<&'static str, String>;

/// What is known of the tier.
pub(super) struct Tier {
    pub(super) address: Address,
    pub(super) names: Names,
    pub(super) scripts: Scripts,
    /// How long a copy lives.
    pub(super) ttl: Duration,
    pub(super) counts: Counts,
    state: Mutex<State>,
    /// Up to which asking everything was brought to the tier, on the connection that there is.
    followed: watch::Sender<Option<u64>>,
    /// There is news, or the connection broke.
    pub(super) wake: Notify,
}

/// What was found and what was not.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
    pub(super) errors: AtomicU64,
}

/// What is to be brought to the tier.
pub(super) struct Errand {
    /// As the how manyth.
    pub(super) asked: u64,
    pub(super) news: News,
    /// The blocks whose copies are kept.
    pub(super) blocks: Vec<&'static BlockSchema>,
    /// Those whose copies would be, if anything told of their changes.
    pub(super) untracked: Vec<&'static BlockSchema>,
}

struct State {
    line: Option<Line>,
    /// Since when the tier is not used, if it is not.
    down: Option<Down>,
    /// What is to be brought to the tier.
    news: Option<News>,
    /// How often there was something to bring.
    asked: u64,
    /// The state of the store that readers have or are about to.
    seen: Option<Moment>,
    terms: Terms,
    blocks: Vec<&'static BlockSchema>,
    /// Blocks whose changes no epoch counts.
    untracked: BTreeSet<&'static str>,
    /// Who wants to hear of changes that others found.
    signal: Option<Signal>,
}

/// The tier is not used.
struct Down {
    since: SystemTime,
    /// Why not, once it was tried.
    error: Option<String>,
}

impl Tier {
    pub(super) fn new(address: Address, names: Names, ttl: Duration) -> Self {
        let state = State {
            line: None,
            down: Some(Down { since: SystemTime::now(), error: None }),
            news: None,
            asked: 0,
            seen: None,
            terms: Terms::new(),
            blocks: Vec::new(),
            untracked: BTreeSet::new(),
            signal: None,
        };
        Self {
            address,
            names,
            scripts: Scripts::new(),
            ttl,
            counts: Counts::default(),
            state: Mutex::new(state),
            followed: watch::Sender::new(None),
            wake: Notify::new(),
        }
    }

    /// Whether copies of `block` may be here at all: not of one with a secret, which is nobody
    /// else's to keep; not of one whose changes nobody tells of.
    pub(super) fn takes(&self, block: &BlockSchema) -> bool {
        is_kept(block) && !self.lock().untracked.contains(block.name)
    }

    /// The connection, and what is read on it has to be as of at least; `None` if it is not used now.
    pub(super) async fn ready(&self) -> Option<(Line, Moment)> {
        let (line, asked, seen) = {
            let state = self.lock();
            (state.line.clone()?, state.asked, state.seen.clone()?)
        };
        let mut followed = self.followed.subscribe();
        let settled = followed.wait_for(|done| done.is_none_or(|done| done >= asked));
        let settled = tokio::time::timeout(SETTLES, settled).await.ok()?.ok()?.is_some();
        settled.then_some((line, seen))
    }

    /// The terms that are known now: what is asked of the store from now on is asked in them.
    pub(super) fn terms(&self) -> Terms {
        self.lock().terms.clone()
    }

    /// The term of a block was read.
    pub(super) fn learn(&self, block: &'static str, term: &str) {
        let mut state = self.lock();
        if state.terms.get(block).is_none_or(|known| known != term) {
            state.terms.insert(block, term.to_owned());
        }
    }

    /// The store was asked, and this is what it told.
    pub(super) fn follow(&self, blocks: &[&'static BlockSchema], mut news: News) {
        let mut state = self.lock();
        if state.blocks.len() != blocks.len() {
            say_which(blocks);
            state.blocks = blocks.to_vec();
        }
        news.is_whole |= state.seen.as_ref().is_some_and(|seen| seen.store != news.until.store);
        if news.is_whole {
            state.untracked.clear();
        }
        state.untracked.extend(&news.untracked);
        state.seen = Some(news.until.clone());
        let news = match state.news.take() {
            Some(earlier) => earlier.and(news),
            None => news,
        };
        state.bring(Some(news));
        drop(state);
        self.wake.notify_one();
    }

    /// What the tier holds of `block` is behind what readers have; everything is brought up to it.
    pub(super) fn is_behind(&self) {
        let mut state = self.lock();
        if state.news.is_none()
            && let Some(seen) = state.seen.clone()
        {
            let news = News::nothing(seen, state.terms.clone());
            state.bring(Some(news));
            drop(state);
            self.wake.notify_one();
        }
    }

    /// What is to be brought to the tier, if there is something, and of which blocks.
    pub(super) fn take_news(&self) -> Option<Errand> {
        let mut state = self.lock();
        let news = state.news.take()?;
        let kept = state.blocks.iter().copied().filter(|block| is_kept(block));
        let (untracked, blocks) = kept.partition(|block| state.untracked.contains(block.name));
        Some(Errand { asked: state.asked, news, blocks, untracked })
    }

    /// Everything that was asked for up to then was brought to the tier on `line`.
    pub(super) fn has_followed(&self, line: &Line, asked: u64) {
        let mut state = self.lock();
        if !state.uses(line) {
            return;
        }
        self.followed.send_replace(Some(asked));
        if let Some(down) = state.down.take() {
            let seconds = down.since.elapsed().unwrap_or_default().as_secs();
            info!(server = %self.address, seconds, "redis is used");
        }
    }

    /// A connection was made: what the tier holds has to be looked at anew, and what was told while
    /// there was none was not heard.
    pub(super) fn connected(&self, line: Line) {
        let mut state = self.lock();
        state.line = Some(line);
        let anew = state.seen.clone().map(News::anew);
        state.bring(anew);
        self.followed.send_replace(Some(0));
        let signal = state.signal.clone();
        drop(state);
        if let Some(signal) = signal {
            signal.changed([]);
        }
        self.wake.notify_one();
    }

    /// The connection of that number, or the try to make one, failed.
    pub(super) fn failed(&self, number: Option<u64>, failure: &Failure) {
        let mut state = self.lock();
        if state.line.as_ref().map(|line| line.number) != number {
            return; // another one has been made since
        }
        self.counts.errors.fetch_add(1, Ordering::Relaxed);
        let (server, error) = (&self.address, failure.to_string());
        let former = state.down.take();
        if former.as_ref().is_none_or(|down| down.error.is_none()) {
            warn!(%server, error, "redis cannot be used; the store is asked instead");
        }
        let since = former.map_or_else(SystemTime::now, |down| down.since);
        (state.line, state.down) = (None, Some(Down { since, error: Some(error) }));
        drop(state);
        self.followed.send_replace(None);
        self.wake.notify_one();
    }

    /// Whether `line` is the connection that is used.
    pub(super) fn uses(&self, line: &Line) -> bool {
        self.lock().uses(line)
    }

    /// Has `signal` told of what others find.
    pub(super) fn tell(&self, signal: Signal) {
        self.lock().signal = Some(signal);
    }

    /// Somebody says that an epoch has been reached, and what changed; anybody can.
    pub(super) fn hear(&self, message: &str) {
        let (epoch, names) = message.split_once(' ').unwrap_or((message, ""));
        let state = self.lock();
        let is_news = |epoch: u64| state.seen.as_ref().is_none_or(|seen| epoch > seen.epoch);
        if let (Ok(true), Some(signal)) = (epoch.parse().map(is_news), &state.signal) {
            signal.changed(names.split_whitespace());
        }
    }

    pub(super) fn status(&self) -> TierStatus {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        TierStatus {
            server: self.address.to_string(),
            state: match &self.lock().down {
                None => TierState::Connected,
                Some(Down { since, error }) => {
                    let error = error.as_deref().unwrap_or("it has not been asked yet").to_owned();
                    TierState::Unreachable { since: *since, error }
                }
            },
            hits: count(&self.counts.hits),
            misses: count(&self.counts.misses),
            errors: count(&self.counts.errors),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn uses(&self, line: &Line) -> bool {
        self.line.as_ref().is_some_and(|used| used.number == line.number)
    }

    fn bring(&mut self, news: Option<News>) {
        self.asked += 1;
        self.news = news;
    }
}

/// Whether copies of `block` are what a shared tier is for.
fn is_kept(block: &BlockSchema) -> bool {
    !block.is_held() && !has_secret(block)
}

fn has_secret(block: &BlockSchema) -> bool {
    block.fields.iter().any(|field| field.secret)
}

fn say_which(blocks: &[&'static BlockSchema]) {
    for block in blocks.iter().filter(|block| !block.is_held() && has_secret(block)) {
        info!(
            block = block.name,
            "has a secret: its copies are read from the store and not put into redis"
        );
    }
}

//! The notice board: how things stand, written by the refresh task and read by anybody.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::{broadcast, watch};
use tracing::info;

use super::keyed::KeyedNotice;
use super::status::{BlockState, BlockStatus, KeptState, PushState, Status, StoreState};
use super::{Event, Events, metrics};
use crate::cell::Cells;
use crate::keyed::AnyShelf;

/// Two times as near as this to each other are one.
#[cfg(feature = "ops")]
const A_MOMENT: std::time::Duration = std::time::Duration::from_millis(50);

/// Events that a slow reader may be behind before it loses the oldest.
const EVENTS: usize = 256;

/// How things stand.
#[derive(Debug)]
pub(crate) struct Board {
    notices: Mutex<Notices>,
    moved: watch::Sender<()>,
    /// When the next change for a time is over.
    #[cfg(feature = "ops")]
    due: watch::Sender<Option<tokio::time::Instant>>,
    /// None once nothing will happen any more.
    events: Mutex<Option<broadcast::Sender<Event>>>,
}

#[derive(Debug)]
struct Notices {
    source: String,
    store: StoreState,
    push: PushState,
    /// Why listening was lost last.
    push_error: Option<String>,
    kept: KeptState,
    blocks: Vec<Notice>,
    keyed: Vec<KeyedNotice>,
    /// Blocks whose changes the epoch does not count.
    untracked: BTreeSet<&'static str>,
}

/// How one block stands, as far as its cell does not say.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    pub(super) state: BlockState,
    pub(super) last_success: Option<SystemTime>,
    pub(super) pending_restart: Vec<&'static str>,
    pub(super) clamped: u64,
    pub(super) error: Option<String>,
    pub(super) trouble_since: Option<SystemTime>,
}

impl Board {
    /// Of blocks that no store has been asked for.
    pub(crate) fn new(
        source: String,
        store: StoreState,
        state: BlockState,
        blocks: usize,
        keyed: Vec<Arc<dyn AnyShelf>>,
    ) -> Self {
        let keyed = keyed.into_iter().map(|shelf| KeyedNotice::unasked(shelf, state.clone()));
        let keyed = keyed.collect();
        let notice = Notice {
            state,
            last_success: None,
            pending_restart: Vec::new(),
            clamped: 0,
            error: None,
            trouble_since: None,
        };
        Self {
            notices: Mutex::new(Notices {
                source,
                store,
                push: PushState::None,
                push_error: None,
                kept: KeptState::None,
                blocks: vec![notice; blocks],
                keyed,
                untracked: BTreeSet::new(),
            }),
            moved: watch::Sender::new(()),
            #[cfg(feature = "ops")]
            due: watch::Sender::new(None),
            events: Mutex::new(Some(broadcast::Sender::new(EVENTS))),
        }
    }

    pub(crate) fn status(&self, cells: &Cells) -> Status {
        let notices = lock(&self.notices);
        let blocks = cells.blocks().iter().zip(&notices.blocks);
        Status {
            source: notices.source.clone(),
            store: notices.store.clone(),
            push: notices.push.clone(),
            push_error: notices.push_error.clone(),
            kept: notices.kept.clone(),
            tier: None,
            epoch: *cells.epoch().borrow(),
            blocks: blocks
                .map(|(cell, notice)| {
                    let meta = cell.meta();
                    BlockStatus {
                        name: meta.block,
                        version: meta.version,
                        origin: meta.origin,
                        state: notice.state.clone(),
                        since: meta.since,
                        last_success: notice.last_success,
                        pending_restart: notice.pending_restart.clone(),
                        clamped: notice.clamped,
                        error: notice.error.clone(),
                        trouble_since: notice.trouble_since,
                    }
                })
                .collect(),
            keyed: notices.keyed.iter().map(|notice| notice.status(&notices.untracked)).collect(),
        }
    }

    /// The next change for a time is over in so long.
    #[cfg(feature = "ops")]
    pub(super) fn set_due(&self, left: Option<std::time::Duration>) {
        let due = left.and_then(|left| tokio::time::Instant::now().checked_add(left));
        self.due.send_if_modified(|known| {
            let is_news = match (*known, due) {
                // What is over and still there is looked at with every pass.
                (Some(_), Some(_)) if left.is_some_and(|left| left.is_zero()) => true,
                (Some(known), Some(due)) => known.max(due) - known.min(due) > A_MOMENT,
                (known, due) => known.is_some() != due.is_some(),
            };
            if is_news {
                *known = due;
            }
            is_news
        });
    }

    /// When the next change for a time is over.
    #[cfg(feature = "ops")]
    pub(super) fn due(&self) -> watch::Receiver<Option<tokio::time::Instant>> {
        self.due.subscribe()
    }

    /// Waits for the next time that anything moved, from when it was asked for.
    pub(crate) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Waits until the store can be read again after it could not be.
    pub(super) async fn store_back(&self) {
        let mut moves = self.moves();
        let is_connected = || lock(&self.notices).store == StoreState::Connected;
        let mut was_lost = false;
        while !(was_lost && is_connected()) {
            was_lost |= !is_connected();
            if moves.changed().await.is_err() {
                return;
            }
        }
    }

    pub(crate) fn events(&self) -> Events {
        let ended = || broadcast::channel(1).1;
        Events(lock(&self.events).as_ref().map_or_else(ended, broadcast::Sender::subscribe))
    }

    /// Nobody listening is no mistake.
    pub(super) fn tell(&self, event: Event) {
        metrics::event(&event);
        if let Some(events) = &*lock(&self.events) {
            let _ = events.send(event);
        }
    }

    /// Nothing will happen any more: ends every stream of events, and says of the values that nobody
    /// confirms them.
    pub(super) fn end(&self) {
        let now = SystemTime::now();
        let mut notices = lock(&self.notices);
        let error = "refreshing has ended: the configuration was shut down, or its runtime is gone";
        notices.store = StoreState::Unreachable { since: now, error: error.to_owned() };
        let push = std::mem::replace(&mut notices.push, PushState::None);
        notices.push_error = None;
        for block in notices.blocks.iter_mut().filter(|block| block.state == BlockState::Fresh) {
            let since = block.last_success.unwrap_or(now);
            block.state = BlockState::Stale { since };
        }
        for block in notices.keyed.iter_mut().filter(|block| block.state == BlockState::Fresh) {
            let since = block.last_success.unwrap_or(now);
            block.state = BlockState::Stale { since };
        }
        drop(notices);
        metrics::push(&push, &PushState::None);
        self.moved.send_replace(());
        lock(&self.events).take();
    }

    pub(super) fn set_blocks(&self, blocks: Vec<Notice>, keyed: Vec<KeyedNotice>) {
        let mut notices = lock(&self.notices);
        (notices.blocks, notices.keyed) = (blocks, keyed);
        drop(notices);
        self.moved.send_replace(());
    }

    /// Blocks whose changes the epoch does not count.
    pub(super) fn set_untracked(&self, untracked: BTreeSet<&'static str>) {
        lock(&self.notices).untracked = untracked;
    }

    pub(super) fn is_untracked(&self, block: &str) -> bool {
        lock(&self.notices).untracked.contains(block)
    }

    /// Sets how the store stands, and returns how it stood.
    pub(super) fn set_store(&self, store: StoreState) -> StoreState {
        let former = std::mem::replace(&mut lock(&self.notices).store, store);
        self.moved.send_replace(());
        former
    }

    /// Notes that push works, if it does: whoever notes its loss has said so before.
    pub(super) fn set_works(&self, works: impl Fn() -> bool) {
        let mut notices = lock(&self.notices);
        if !works() {
            return;
        }
        let former = std::mem::replace(&mut notices.push, PushState::Push);
        notices.push_error = None;
        let source = notices.source.clone();
        drop(notices);
        metrics::push(&former, &PushState::Push);
        self.moved.send_replace(());
        if former != PushState::Push {
            info!(source, "listening: changes are heard of at once");
            self.tell(Event::PushWorks);
        }
    }

    /// Notes that push cannot work here, and says whether that is news.
    pub(super) fn never_push(&self, reason: String) -> bool {
        let push = PushState::PollOnly { reason };
        self.set_push(push.clone(), None) != push
    }

    /// Notes that listening is lost, or still is for this reason, and says whether the loss is news.
    pub(super) fn lose_push(&self, error: String) -> bool {
        let since = match &lock(&self.notices).push {
            PushState::Disconnected { since } => *since,
            _ => SystemTime::now(),
        };
        let former = self.set_push(PushState::Disconnected { since }, Some(error));
        !matches!(former, PushState::Disconnected { .. })
    }

    /// Sets how push stands, and returns how it stood.
    fn set_push(&self, push: PushState, error: Option<String>) -> PushState {
        let mut notices = lock(&self.notices);
        notices.push_error = error;
        let former = std::mem::replace(&mut notices.push, push.clone());
        drop(notices);
        metrics::push(&former, &push);
        self.moved.send_replace(());
        former
    }

    /// Sets whether the last good values are on disk.
    pub(super) fn set_kept(&self, kept: KeptState) {
        lock(&self.notices).kept = kept;
        self.moved.send_replace(());
    }
}

/// Waits until `holds` of the status, or until `moves` ends.
pub(crate) async fn wait_until(board: &Arc<Board>, cells: &Cells, holds: impl Fn(&Status) -> bool) {
    let mut moves = board.moves();
    while !holds(&board.status(cells)) {
        if moves.changed().await.is_err() {
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

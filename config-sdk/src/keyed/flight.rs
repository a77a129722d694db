//! Loads that are under way: one for each key, however many wait for it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::Warmed;
use crate::cell::Published;
use crate::key::Key;

/// How many keys may be waited for at once.
const MOST: usize = 100_000;

/// How a load ended: a copy, or why there is none.
pub(super) type Landed<T> = Result<Arc<Published<T>>, Arc<str>>;

/// What whoever wants a key waits on; nothing comes of it if nobody loads any more.
pub(super) type Landing<T> = watch::Receiver<Option<Landed<T>>>;

/// What becomes of a load. Cancel safe.
pub(super) async fn ended<T>(mut landing: Landing<T>) -> Landed<T> {
    let landed = landing.wait_for(Option::is_some).await;
    let landed = landed.ok().and_then(|landed| landed.clone());
    landed.unwrap_or_else(|| Err(Arc::from("loading has ended")))
}

/// The keys that are wanted, and those that are being loaded.
pub(super) struct Flight<T> {
    state: Mutex<State<T>>,
    /// Something is wanted.
    wake: Notify,
}

struct State<T> {
    pending: HashMap<Key, Pending<T>>,
    /// Wanted, and not taken yet.
    queue: VecDeque<Key>,
    /// Who wants all copies.
    orders: Vec<Order>,
    /// What changed while copies are under way that nobody named, if they are.
    meanwhile: Option<Meanwhile>,
    /// Why nothing is loaded any more.
    closed: Option<Arc<str>>,
}

struct Pending<T> {
    landing: watch::Sender<Option<Landed<T>>>,
    /// Taken from the queue, so that the answer may be older than what happens now.
    is_loading: bool,
    /// An answer that was under way before this is not wanted any more.
    again: bool,
    /// The key changed in this epoch: an older answer is not wanted any more.
    at_least: u64,
    /// Only what the store itself says is wanted.
    fresh: bool,
}

/// Somebody wants all copies, and hears how far it is; it is over when this is dropped.
pub(crate) type Order = watch::Sender<Warmed>;

/// What changed while copies were under way that nobody had named.
#[derive(Default)]
struct Meanwhile {
    keys: HashSet<Key>,
    all: bool,
}

impl Meanwhile {
    /// Whether the copy of `key` may have changed.
    fn has(&self, key: &Key) -> bool {
        self.all || self.keys.contains(key)
    }
}

impl<T> Pending<T> {
    fn outdate(&mut self, epoch: Option<u64>) {
        match epoch {
            _ if !self.is_loading => {}
            Some(epoch) => self.at_least = self.at_least.max(epoch),
            None => (self.again, self.at_least) = (true, 0),
        }
    }
}

impl<T> State<T> {
    fn want(
        &mut self,
        key: &Key,
        fresh: bool,
        there: impl FnOnce() -> Option<Arc<Published<T>>>,
    ) -> (Landing<T>, bool) {
        if let Some(pending) = self.pending.get_mut(key) {
            pending.again |= fresh && pending.is_loading;
            pending.fresh |= fresh;
            return (pending.landing.subscribe(), true);
        }
        // What lands is kept before it is no longer under way, so that here it is one or the other.
        if let Some(copy) = there() {
            return (watch::channel(Some(Ok(copy))).1, true);
        }
        let crowded = || Arc::from("too many keys are waited for at once: ask for fewer");
        let is_crowded = self.pending.len() >= MOST;
        if let Some(reason) = self.closed.clone().or_else(|| is_crowded.then(crowded)) {
            return (watch::channel(Some(Err(reason))).1, false);
        }
        let (landing, landed) = watch::channel(None);
        let pending = Pending { landing, is_loading: false, again: false, at_least: 0, fresh };
        self.pending.insert(key.clone(), pending);
        self.queue.push_back(key.clone());
        (landed, false)
    }
}

impl<T> Flight<T> {
    pub(super) fn new() -> Self {
        let state = State {
            pending: HashMap::new(),
            queue: VecDeque::new(),
            orders: Vec::new(),
            meanwhile: None,
            closed: None,
        };
        Self { state: Mutex::new(state), wake: Notify::new() }
    }

    /// Wants `key`, by a load that is under way already or, if `fresh`, only by one that begins now.
    /// Says whether somebody had wanted it before.
    pub(super) fn want(&self, key: &Key, fresh: bool) -> (Landing<T>, bool) {
        self.want_unless(key, fresh, || None)
    }

    /// The same, unless it is `there` by now: a load may have landed since its reader looked for it.
    pub(super) fn want_unless(
        &self,
        key: &Key,
        fresh: bool,
        there: impl FnOnce() -> Option<Arc<Published<T>>>,
    ) -> (Landing<T>, bool) {
        let wanted = self.lock().want(key, fresh, there);
        self.wake.notify_one();
        wanted
    }

    /// Wants these keys together, so that they go out together.
    pub(super) fn want_all(&self, keys: &[Key]) -> Vec<Landing<T>> {
        let mut state = self.lock();
        let landings = keys.iter().map(|key| state.want(key, false, || None).0).collect();
        drop(state);
        self.wake.notify_one();
        landings
    }

    /// Wants all copies.
    pub(super) fn order(&self, order: Order) {
        let mut state = self.lock();
        if state.closed.is_none() {
            state.orders.push(order);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Waits until something is wanted. Cancel safe.
    pub(super) async fn wanted(&self) {
        loop {
            let is_wanted = {
                let state = self.lock();
                !state.queue.is_empty() || !state.orders.is_empty()
            };
            if is_wanted {
                return;
            }
            self.wake.notified().await;
        }
    }

    pub(super) fn take_orders(&self) -> Vec<Order> {
        std::mem::take(&mut self.lock().orders)
    }

    /// From now on, what changes is remembered, for copies that nobody named.
    pub(super) fn begin(&self) {
        self.lock().meanwhile = Some(Meanwhile::default());
    }

    /// Whether any copy may have changed since then.
    pub(super) fn is_outdated(&self) -> bool {
        self.lock().meanwhile.as_ref().is_some_and(|meanwhile| meanwhile.all)
    }

    /// No copies that nobody named are under way any more.
    pub(super) fn end(&self) {
        self.lock().meanwhile = None;
    }

    /// Takes up to `most` keys that are to be loaded now, and says whether by the store itself.
    pub(super) fn take(&self, most: usize) -> (Vec<Key>, bool) {
        let mut state = self.lock();
        let State { pending, queue, .. } = &mut *state;
        let count = queue.len().min(most);
        let keys: Vec<_> = queue.drain(..count).collect();
        let mut fresh = false;
        for key in &keys {
            if let Some(pending) = pending.get_mut(key) {
                pending.is_loading = true;
                fresh |= pending.fresh;
            }
        }
        (keys, fresh)
    }

    /// `key` changed, in `epoch` if one is known: what is under way for it must not be older.
    pub(super) fn invalidate(&self, key: &Key, epoch: Option<u64>) {
        let mut state = self.lock();
        if let Some(meanwhile) = &mut state.meanwhile {
            meanwhile.keys.insert(key.clone());
        }
        if let Some(pending) = state.pending.get_mut(key) {
            pending.outdate(epoch);
        }
    }

    /// The keys that `is_meant` names are to be read again: what is under way for them is not wanted.
    pub(super) fn invalidate_where(&self, is_meant: impl Fn(&Key) -> bool) {
        let mut state = self.lock();
        if let Some(meanwhile) = &mut state.meanwhile {
            meanwhile.all = true;
        }
        let meant = state.pending.iter_mut().filter(|(key, _)| is_meant(key));
        meant.for_each(|(_, pending)| pending.outdate(None));
    }

    /// Whether nothing is wanted that is not there.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().pending.is_empty()
    }

    /// Hands what came of a load of `key`, as of `epoch`, to whoever waits for it, once `count` has let
    /// it count as what the store holds; says so. If the key changed meanwhile, it is wanted again instead.
    ///
    /// Nothing can change between that look and `count`: who drops a key comes here first.
    pub(super) fn land(
        &self,
        key: &Key,
        epoch: u64,
        copy: &Arc<Published<T>>,
        count: impl FnOnce(),
    ) -> bool {
        let mut state = self.lock();
        let State { pending, queue, meanwhile, .. } = &mut *state;
        match pending.get_mut(key) {
            Some(pending) if pending.again || epoch < pending.at_least => {
                (pending.is_loading, pending.again) = (false, false);
                queue.push_back(key.clone());
                drop(state);
                self.wake.notify_one();
                return false;
            }
            None if meanwhile.as_ref().is_some_and(|meanwhile| meanwhile.has(key)) => return false,
            _ => {}
        }
        count();
        let pending = pending.remove(key);
        drop(state);
        if let Some(pending) = pending {
            pending.landing.send_replace(Some(Ok(Arc::clone(copy))));
        }
        true
    }

    /// Gives everybody who waits the same answer: nothing can be loaded now.
    pub(super) fn fail(&self, reason: &Arc<str>) {
        let mut state = self.lock();
        state.queue.clear();
        for (_, pending) in state.pending.drain() {
            pending.landing.send_replace(Some(Err(Arc::clone(reason))));
        }
    }

    /// Nothing will be loaded any more.
    pub(super) fn close(&self, reason: &Arc<str>) {
        let mut state = self.lock();
        state.closed = Some(Arc::clone(reason));
        state.orders.clear();
        drop(state);
        self.fail(reason);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

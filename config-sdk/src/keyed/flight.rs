//! Loads that are under way: one for each key, however many wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::Warmed;
use super::landing::Landing;
use super::pending::{Meanwhile, State};
use crate::cell::Published;
use crate::key::Key;

/// The keys that are wanted, and those that are being loaded.
pub(super) struct Flight<T> {
    state: Mutex<State<T>>,
    /// Something is wanted.
    wake: Notify,
}

/// Somebody wants all copies, and hears how far it is; it is over when this is dropped.
pub(crate) type Order = watch::Sender<Warmed>;

impl<T> Flight<T> {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State::new()), wake: Notify::new() }
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

    /// Wants these keys before anybody reads them, together, so that they go out together.
    pub(super) fn want_later(&self, keys: &[Key]) -> Vec<Landing<T>> {
        let mut state = self.lock();
        let landings = keys.iter().map(|key| state.want_later(key)).collect();
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
                !state.queue.is_empty() || !state.later.is_empty() || !state.orders.is_empty()
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
        let State { pending, queue, later, .. } = &mut *state;
        let (mut keys, mut fresh) = (Vec::new(), false);
        while keys.len() < most
            && let Some(key) = queue.pop_front().or_else(|| later.pop_front())
        {
            // It may be under way already, or have come with others that nobody named.
            if let Some(pending) = pending.get_mut(&key).filter(|pending| !pending.is_loading) {
                (pending.is_loading, pending.is_later) = (true, false);
                fresh |= pending.fresh;
                keys.push(key);
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
        let has_changed = || meanwhile.as_ref().is_some_and(|meanwhile| meanwhile.has(key));
        match pending.get_mut(key) {
            Some(pending) if pending.again || epoch < pending.at_least => {
                (pending.is_loading, pending.again) = (false, false);
                queue.push_back(key.clone());
                drop(state);
                self.wake.notify_one();
                return false;
            }
            // Of those that nobody named, and perhaps older than what is wanted.
            Some(pending) if !pending.is_loading && (pending.fresh || has_changed()) => {
                return false;
            }
            None if has_changed() => return false,
            _ => {}
        }
        count();
        let pending = pending.remove(key);
        drop(state);
        if let Some(pending) = pending {
            pending.lands.say(Ok(Arc::clone(copy)));
        }
        true
    }

    /// Gives everybody who waits the same answer: nothing can be loaded now.
    pub(super) fn fail(&self, reason: &Arc<str>) {
        let mut state = self.lock();
        state.queue.clear();
        state.later.clear();
        for (_, pending) in state.pending.drain() {
            pending.lands.say(Err(Arc::clone(reason)));
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

//! Which keys are wanted, by whom, and what has happened to them since.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::flight::Order;
use super::landing::{Landing, Lands};
use crate::cell::Published;
use crate::key::Key;

/// How many keys readers may wait for at once; beyond that they get what there is.
const MOST: usize = 100_000;

pub(super) struct State<T> {
    pub(super) pending: HashMap<Key, Pending<T>>,
    /// Wanted by readers, and not taken yet. A key may be there twice, or have come another way.
    pub(super) queue: VecDeque<Key>,
    /// Wanted before anybody reads them: taken when no reader waits.
    pub(super) later: VecDeque<Key>,
    /// Who wants all copies.
    pub(super) orders: Vec<Order>,
    /// What changed while copies are under way that nobody named, if they are.
    pub(super) meanwhile: Option<Meanwhile>,
    /// Why nothing is loaded any more.
    pub(super) closed: Option<Arc<str>>,
}

pub(super) struct Pending<T> {
    pub(super) lands: Lands<T>,
    /// Taken from the queue, so that the answer may be older than what happens now.
    pub(super) is_loading: bool,
    /// An answer that was under way before this is not wanted any more.
    pub(super) again: bool,
    /// The key changed in this epoch: an older answer is not wanted any more.
    pub(super) at_least: u64,
    /// Only what the store itself says is wanted.
    pub(super) fresh: bool,
    /// No reader wants it yet.
    pub(super) is_later: bool,
}

/// What changed while copies were under way that nobody had named.
#[derive(Default)]
pub(super) struct Meanwhile {
    pub(super) keys: HashSet<Key>,
    pub(super) all: bool,
}

impl Meanwhile {
    /// Whether the copy of `key` may have changed.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.all || self.keys.contains(key)
    }
}

impl<T> Pending<T> {
    pub(super) fn new() -> Self {
        Self {
            lands: Lands::new(),
            is_loading: false,
            again: false,
            at_least: 0,
            fresh: false,
            is_later: false,
        }
    }

    pub(super) fn outdate(&mut self, epoch: Option<u64>) {
        match epoch {
            _ if !self.is_loading => {}
            Some(epoch) => self.at_least = self.at_least.max(epoch),
            None => (self.again, self.at_least) = (true, 0),
        }
    }
}

impl<T> State<T> {
    pub(super) fn new() -> Self {
        Self {
            pending: HashMap::new(),
            queue: VecDeque::new(),
            later: VecDeque::new(),
            orders: Vec::new(),
            meanwhile: None,
            closed: None,
        }
    }

    /// A reader wants `key`.
    pub(super) fn want(
        &mut self,
        key: &Key,
        fresh: bool,
        there: impl FnOnce() -> Option<Arc<Published<T>>>,
    ) -> (Landing<T>, bool) {
        if let Some(pending) = self.pending.get_mut(key) {
            pending.again |= fresh && pending.is_loading;
            pending.fresh |= fresh;
            if std::mem::take(&mut pending.is_later) {
                self.queue.push_back(key.clone());
            }
            return (pending.lands.landing(), true);
        }
        // What lands is kept before it is no longer under way, so that here it is one or the other.
        if let Some(copy) = there() {
            return (Landing::of(Ok(copy)), true);
        }
        let crowded = || Arc::from("too many keys are waited for at once: ask for fewer");
        let is_crowded = self.pending.len() >= MOST;
        if let Some(reason) = self.closed.clone().or_else(|| is_crowded.then(crowded)) {
            return (Landing::of(Err(reason)), false);
        }
        self.queue.push_back(key.clone());
        (self.add(key, Pending { fresh, ..Pending::new() }), false)
    }

    /// `key` is to be loaded when no reader waits for another one.
    pub(super) fn want_later(&mut self, key: &Key) -> Landing<T> {
        if let Some(pending) = self.pending.get(key) {
            return pending.lands.landing();
        }
        if let Some(reason) = self.closed.clone() {
            return Landing::of(Err(reason));
        }
        self.later.push_back(key.clone());
        self.add(key, Pending { is_later: true, ..Pending::new() })
    }

    pub(super) fn add(&mut self, key: &Key, pending: Pending<T>) -> Landing<T> {
        let landing = pending.lands.landing();
        self.pending.insert(key.clone(), pending);
        landing
    }
}

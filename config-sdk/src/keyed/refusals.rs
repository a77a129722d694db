//! The rows of a keyed block that are turned away, by key.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::block::Faults;
use crate::key::Key;

/// How many are listed; more are only counted, so that a table of rubbish fills no memory.
const LISTED: usize = 1000;

/// The rows that are turned away; that of the shared row under no key.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<Option<Key>, Refused>>);

/// A row that is turned away.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) version: u64,
    pub(crate) faults: Faults,
}

impl Refusals {
    /// Remembers a row. Says whether that is news.
    pub(crate) fn add(&self, key: Option<&Key>, refused: Refused) -> bool {
        let mut all = self.lock();
        let key = key.cloned();
        match all.get(&key) {
            Some(known) if *known == refused => return false,
            None if all.len() >= LISTED => return true,
            _ => {}
        }
        all.insert(key, refused);
        true
    }

    /// Forgets a row that is good by now. Says whether it was turned away.
    pub(crate) fn remove(&self, key: Option<&Key>) -> bool {
        let mut all = self.lock();
        !all.is_empty() && all.remove(&key.cloned()).is_some()
    }

    /// Forgets the rows of keys that are not to be kept; the shared row's stays.
    pub(crate) fn keep(&self, is_kept: impl Fn(&Key) -> bool) {
        self.lock().retain(|key, _| key.as_ref().is_none_or(&is_kept));
    }

    /// What is wrong with the row of `key`.
    pub(crate) fn of(&self, key: Option<&Key>) -> Option<Faults> {
        let all = self.lock();
        if all.is_empty() {
            return None;
        }
        all.get(&key.cloned()).map(|refused| refused.faults.clone())
    }

    /// How many are turned away, and what is wrong with the first of them.
    pub(crate) fn first(&self, most: usize) -> (usize, Vec<Faults>) {
        let all = self.lock();
        (all.len(), all.values().take(most).map(|refused| refused.faults.clone()).collect())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Option<Key>, Refused>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

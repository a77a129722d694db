//! What the other readers of the store are still to be told to read again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::key::Pattern;
use crate::schema::BlockSchema;

/// Most patterns of one block that wait; with one more, it is all of its keys.
const MOST: usize = 256;

/// What the other readers of the store are still to be told.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// Tells this configuration from all others.
    own: u64,
    waiting: Mutex<BTreeMap<&'static str, (&'static BlockSchema, Vec<Pattern>)>>,
    wake: Notify,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { own: fastrand::u64(..), waiting: Mutex::default(), wake: Notify::new() }
    }
}

impl Outbox {
    /// Whether this configuration asked for it, and has heard its own word.
    pub(super) fn is_own(&self, pattern: &Pattern) -> bool {
        pattern.by() == Some(self.own)
    }

    /// Has everybody told to read again what matches.
    pub(super) fn put(&self, block: &'static BlockSchema, pattern: Pattern) {
        let mut waiting = self.lock();
        let (_, patterns) = waiting.entry(block.name).or_insert_with(|| (block, Vec::new()));
        let all = Pattern::all(block.keys.len());
        if !patterns.contains(&pattern) && !patterns.contains(&all) {
            patterns.push(pattern);
        }
        if patterns.len() > MOST || patterns.last() == Some(&all) {
            *patterns = vec![all];
        }
        drop(waiting);
        self.wake.notify_one();
    }

    /// Waits until there is something to tell, and takes it. Cancel safe.
    pub(crate) async fn take(&self) -> (&'static BlockSchema, Vec<Pattern>) {
        loop {
            let first = self.lock().pop_first();
            if let Some((_, (block, patterns))) = first {
                let by = |pattern: Pattern| pattern.asked_by(Some(self.own));
                return (block, patterns.into_iter().map(by).collect());
            }
            self.wake.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, (&'static BlockSchema, Vec<Pattern>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

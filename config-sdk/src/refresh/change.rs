//! Waiting for a block to change.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use crate::block::{AnyBlock, ConfigBlock};
use crate::cell::{Cell, Meta, Moves, Published};

/// A change of a block, from what the subscriber saw last to what readers have now.
#[non_exhaustive]
pub struct Change<T> {
    /// What the subscriber saw last.
    pub old: Arc<T>,
    /// What readers have now.
    pub new: Arc<T>,
    /// Names of the fields that differ.
    pub fields: Vec<&'static str>,
    /// Why it was stored, if its author said so.
    pub reason: Option<String>,
    /// Where the new value came from, its version and epoch.
    pub meta: Meta,
}

/// Hears of a block's changes, one at a time.
///
/// Nothing is queued: a subscriber that dawdles is told of all it missed as one change.
pub struct Subscription<T> {
    cell: Arc<Cell<T>>,
    seen: Arc<Published<T>>,
    moves: watch::Receiver<Moves>,
}

impl<T: ConfigBlock> Subscription<T> {
    pub(crate) fn new(cell: Arc<Cell<T>>) -> Self {
        let moves = cell.signal().watch(); // before the value, so that no change falls in between
        Self { seen: cell.load_full(), moves, cell }
    }

    /// The next change; waits for ever if there is none, and is `None` once the configuration has been
    /// shut down. Cancel safe.
    pub async fn next(&mut self) -> Option<Change<T>> {
        loop {
            let over = self.moves.borrow_and_update().over;
            if let Some(change) = self.change() {
                return Some(change);
            }
            if over {
                return None;
            }
            self.moves.changed().await.ok()?;
        }
    }

    /// From what was seen last to what readers have now, if that differs.
    fn change(&mut self) -> Option<Change<T>> {
        let now = self.cell.load_full();
        let before = std::mem::replace(&mut self.seen, Arc::clone(&now));
        if Arc::ptr_eq(&before.value, &now.value) {
            return None;
        }
        let fields = differing(&*before.value, &*now.value);
        (!fields.is_empty()).then(|| Change {
            old: Arc::clone(&before.value),
            new: Arc::clone(&now.value),
            fields,
            reason: now.meta.reason.clone(),
            meta: now.meta.clone(),
        })
    }
}

fn differing(old: &dyn AnyBlock, new: &dyn AnyBlock) -> Vec<&'static str> {
    let fields = old.schema().fields.iter();
    let values = old.values().into_iter().zip(new.values());
    fields
        .zip(values)
        .filter_map(|(field, (old, new))| (old != new).then_some(field.name))
        .collect()
}

impl<T> fmt::Debug for Change<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("fields", &self.fields)
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Subscription<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

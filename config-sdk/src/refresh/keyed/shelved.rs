//! The keyed blocks in a pass: resident ones take the rows that changed, bounded ones drop the copies.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use tracing::{info, warn};

use super::copy::{Copy, Press};
use super::status::KeyedNotice;
use crate::cell::Origin;
use crate::key::Key;
use crate::keyed::{AnyShelf, Edit};
use crate::record::Record;
use crate::refresh::board::Board;
use crate::refresh::event::{Event, Trigger};
use crate::refresh::last_good::KeptRows;
use crate::refresh::report::Outcome;
use crate::refresh::{BlockState, Overlay};
use crate::source::{Keys, Moved, Rows};
use crate::time::rfc3339;

/// A keyed block, and what the refresh task remembers of it between passes.
pub(in crate::refresh) struct Shelved {
    pub(in crate::refresh) shelf: Arc<dyn AnyShelf>,
    /// The shared row that the copies of a resident block are made of.
    shared: Option<Record>,
    /// Whether a resident block was read as a whole.
    is_read: bool,
    /// Whether what was kept on disk stands in for that.
    is_recalled: bool,
    /// What is to be kept on disk of a resident block.
    news: Option<KeptRows>,
    /// Why the block cannot be read.
    pub(in crate::refresh) unreadable: Option<String>,
    odd: Vec<String>,
    started: SystemTime,
    last_success: Option<SystemTime>,
    trouble_since: Option<SystemTime>,
}

/// What a pass knows of all blocks alike.
#[derive(Clone, Copy)]
pub(in crate::refresh) struct Round<'a> {
    pub(in crate::refresh) overlay: &'a Overlay,
    pub(in crate::refresh) board: &'a Board,
    pub(in crate::refresh) max_record: u64,
    pub(in crate::refresh) epoch: u64,
    pub(in crate::refresh) trigger: Trigger,
    /// Whether everything was asked for, so that of what is told nothing need have changed.
    pub(in crate::refresh) anew: bool,
}

impl Shelved {
    pub(in crate::refresh) fn new(shelf: Arc<dyn AnyShelf>) -> Self {
        Self {
            shelf,
            shared: None,
            is_read: false,
            is_recalled: false,
            news: None,
            unreadable: None,
            odd: Vec::new(),
            started: SystemTime::now(),
            last_success: None,
            trouble_since: None,
        }
    }

    pub(in crate::refresh) fn name(&self) -> &'static str {
        self.shelf.schema().name
    }

    /// Whether the block has to be asked for whatever the source thinks has changed.
    pub(in crate::refresh) fn is_wanting(&self) -> bool {
        self.unreadable.is_some() || (self.shelf.schema().resident && !self.is_read)
    }

    /// Whether readers have nothing but defaults that no store stands behind.
    pub(in crate::refresh) fn is_unbacked(&self) -> bool {
        self.shelf.schema().resident && !self.is_read && !self.is_recalled
    }

    /// The store has answered for this block.
    pub(in crate::refresh) fn confirm(&mut self) {
        self.last_success = Some(SystemTime::now());
        if let Some(bounded) = self.shelf.bounded() {
            bounded.is_back();
        }
    }

    /// What becomes of a block of which `moved` tells; `forced` if it was asked for.
    pub(in crate::refresh) fn apply(
        &mut self,
        moved: Moved,
        round: Round<'_>,
        forced: bool,
    ) -> Outcome {
        let Moved { keys, again, rows } = moved;
        let rows = match rows {
            Some(Err(reason)) => return self.unreadable(reason, round),
            Some(Ok(rows)) => Some(rows),
            None => None,
        };
        self.unreadable = None;
        self.confirm();
        if let Some(bounded) = self.shelf.bounded() {
            match &keys {
                Keys::All => bounded.drop_all(),
                Keys::Some(keys) => bounded.drop_keys(&mut keys.iter(), round.epoch),
            }
            for pattern in again.iter().filter(|pattern| !self.shelf.is_own(pattern)) {
                bounded.drop_matching(pattern);
            }
            if keys == Keys::All && (round.anew || forced) {
                return Outcome::Unchanged; // as far as is known: what is used is read again
            }
            return self.tell(&keys, Vec::new(), round);
        }
        let Some(rows) = rows else {
            return Outcome::Unchanged; // of a resident block the rows alone matter
        };
        self.take(keys, rows, round, Origin::Store)
    }

    /// What is to be kept on disk of a resident block, if it has changed since this was asked last.
    pub(in crate::refresh) fn news(&mut self) -> Option<KeptRows> {
        self.news.take()
    }

    /// Takes what was kept on disk at `time` for a resident block that the store has not answered for.
    pub(in crate::refresh) fn recall(
        &mut self,
        kept: KeptRows,
        time: SystemTime,
        round: Round<'_>,
    ) {
        if self.is_read {
            return;
        }
        let rows = kept.own.into_iter().filter_map(|(key, row)| Some((key, row?)));
        let mut rows = Rows { own: rows.collect(), ..Rows::default() };
        rows.shared = kept.shared.flatten();
        info!(block = self.name(), kept = %rfc3339(time), "the last good copies on disk are used");
        self.take(Keys::All, rows, round, Origin::Disk);
        (self.is_read, self.is_recalled, self.news) = (false, true, None);
        self.last_success = Some(time);
    }

    /// The rows of a resident block become copies.
    fn take(&mut self, keys: Keys, rows: Rows, round: Round<'_>, origin: Origin) -> Outcome {
        let shelf = Arc::clone(&self.shelf);
        let press = Press {
            shelf: &*shelf,
            overlay: round.overlay,
            board: round.board,
            max_record: round.max_record,
            origin,
        };
        let mut news = self.news.take().unwrap_or_default();
        let mut edit = Edit::default();
        let mut fields = BTreeSet::new();
        let gone: Vec<Key> = match &keys {
            Keys::All => {
                self.odd = rows.odd;
                let shared = rows.shared.map(|row| row.within(round.max_record));
                if self.is_read && shared == self.shared {
                    shelf.refusals().remove(None);
                } else if let Some(copy) = press.copy(None, None, shared.as_ref(), round.epoch) {
                    self.shared = shared;
                    news.shared = Some(self.shared.clone());
                    fields.extend(self.differing(None, &copy));
                    edit.shared = Some((copy.ready, copy.meta));
                }
                shelf.keys()
            }
            Keys::Some(keys) => keys.iter().filter(|key| shelf.has(key)).cloned().collect(),
        };
        let is_there: HashSet<_> = rows.own.iter().map(|(key, _)| key).collect();
        shelf.refusals().keep(|key| is_there.contains(key) || !keys.has(key));
        drop(is_there);
        edit.own = gone.into_iter().map(|key| (key, None)).collect();
        for (key, row) in rows.own {
            let row = row.within(round.max_record);
            match press.copy(Some(&key), Some(&row), self.shared.as_ref(), round.epoch) {
                Some(copy) => {
                    let differing = self.differing(Some(&key), &copy);
                    let is_same = shelf.has(&key)
                        && differing.is_empty()
                        && !self.is_recalled
                        && shelf.values(Some(&key)).1 == copy.meta.version;
                    if is_same {
                        edit.own.remove(&key);
                    } else {
                        fields.extend(differing);
                        news.own.push((key.clone(), Some(row)));
                        edit.own.insert(key, Some((copy.ready, copy.meta)));
                    }
                }
                None => drop(edit.own.remove(&key)), // the last good copy stays
            }
        }
        (self.is_read, self.is_recalled) = (true, false);
        if edit.shared.is_none() && edit.own.is_empty() {
            return Outcome::Unchanged;
        }
        for key in edit.own.iter().filter(|(_, copy)| copy.is_none()).map(|(key, _)| key) {
            shelf.refusals().remove(Some(key));
            news.own.push((key.clone(), None));
        }
        self.news = Some(news);
        let moved = match edit.shared {
            Some(_) => Keys::All,
            None => Keys::Some(edit.own.keys().cloned().collect()),
        };
        shelf.edit(edit);
        self.tell(&moved, fields.into_iter().collect(), round)
    }

    fn unreadable(&mut self, reason: String, round: Round<'_>) -> Outcome {
        let block = self.name();
        if self.unreadable.as_ref() != Some(&reason) {
            warn!(block, reason, "the block cannot be read; its last good copies stay");
            round.board.tell(Event::Unavailable { block, reason: reason.clone() });
        }
        self.unreadable = Some(reason);
        Outcome::Unavailable
    }

    /// Names of the fields in which the copy of `key` differs from what readers have.
    fn differing(&self, key: Option<&Key>, copy: &Copy) -> Vec<&'static str> {
        let pairs = self.shelf.values(key).0.into_iter().zip(&copy.ready.values);
        let fields = self.shelf.schema().fields.iter().zip(pairs);
        fields.filter(|(_, (old, new))| old != *new).map(|(field, _)| field.name).collect()
    }

    fn tell(&self, keys: &Keys, fields: Vec<&'static str>, round: Round<'_>) -> Outcome {
        let (block, Round { epoch, trigger, .. }) = (self.name(), round);
        let keys = match keys {
            Keys::All => None,
            Keys::Some(keys) if keys.is_empty() => return Outcome::Unchanged,
            Keys::Some(keys) => Some(keys.iter().cloned().collect::<Vec<_>>()),
        };
        let count = keys.as_ref().map_or("all".to_owned(), |keys| keys.len().to_string());
        info!(block, keys = count, epoch, %trigger, "keys changed");
        round.board.tell(Event::KeysChanged { block, keys, epoch, trigger });
        Outcome::Changed { fields }
    }

    pub(in crate::refresh) fn notice(&mut self, store_reached: bool) -> KeyedNotice {
        let is_good = self.unreadable.is_none() && self.shelf.refusals().first(0).0 == 0;
        let trouble = self.trouble_since.take().unwrap_or_else(SystemTime::now);
        self.trouble_since = (!is_good).then_some(trouble);
        let is_fresh = store_reached && !self.is_wanting();
        let since = self.last_success.unwrap_or(self.started);
        KeyedNotice {
            shelf: Arc::clone(&self.shelf),
            state: if is_fresh { BlockState::Fresh } else { BlockState::Stale { since } },
            last_success: self.last_success,
            trouble_since: self.trouble_since,
            error: self.unreadable.clone(),
            odd: self.odd.clone(),
        }
    }
}

/// What a source told of keyed blocks, by name.
pub(in crate::refresh) type AllMoved = BTreeMap<&'static str, Moved>;

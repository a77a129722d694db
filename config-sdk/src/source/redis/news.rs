//! What the store told of changes, on its way to the tier.

use std::collections::{BTreeMap, BTreeSet};

use super::tier::Terms;
use crate::key::{Key, Pattern};
use crate::source::{Fetched, Keys, Request};

/// Most keys that are dropped one by one; with more, a new generation begins.
const MOST: usize = 1000;

/// A state of a store that no other has.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// What tells the store from others of its name; empty if unknown.
    pub(super) store: String,
    pub(super) epoch: u64,
    /// Tells the epoch from one of the same number in another life of the store; empty if unknown.
    pub(super) mark: String,
}

/// What the store told of changes.
#[derive(Debug)]
pub(super) struct News {
    /// Whether nothing is to be counted on that was known before.
    pub(super) is_whole: bool,
    /// What changed after this epoch.
    pub(super) since: u64,
    /// What changed up to then.
    pub(super) until: Moment,
    /// The terms that were known when the store was asked.
    pub(super) terms: Terms,
    pub(super) untracked: BTreeSet<&'static str>,
    /// Of blocks that changed: what.
    pub(super) blocks: BTreeMap<&'static str, Dropped>,
    /// Names of all blocks that changed.
    pub(super) names: BTreeSet<&'static str>,
}

/// Which copies of a block are not to be read any more.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    pub(super) all: bool,
    pub(super) keys: BTreeSet<Key>,
    pub(super) again: Vec<Pattern>,
}

impl News {
    /// What `fetched` tells, which answers `request`, asked while `terms` were known.
    pub(super) fn of(request: &Request<'_>, terms: Terms, fetched: &Fetched) -> Self {
        let since = request.since.filter(|since| *since <= fetched.epoch);
        // A source that cannot count on from `since` yields everything.
        let is_all = |name| match fetched.keyed.get(name) {
            Some(moved) => moved.keys == Keys::All,
            None => fetched.blocks.contains_key(name),
        };
        let is_whole = since.is_none() || request.blocks.iter().all(|block| is_all(block.name));
        let blocks = fetched.keyed.iter().map(|(name, moved)| {
            let mut dropped = Dropped::default();
            match &moved.keys {
                Keys::All => dropped.all = true,
                Keys::Some(keys) => dropped.keys.clone_from(keys),
            }
            moved.again.iter().for_each(|pattern| dropped.add_again(pattern.clone()));
            (*name, dropped.bounded())
        });
        Self {
            is_whole,
            since: since.unwrap_or(fetched.epoch),
            until: Moment {
                store: fetched.identity.clone().unwrap_or_default(),
                epoch: fetched.epoch,
                mark: fetched.mark.clone().unwrap_or_default(),
            },
            terms,
            untracked: fetched.untracked.clone(),
            blocks: blocks.collect(),
            names: fetched.keyed.keys().chain(fetched.blocks.keys()).copied().collect(),
        }
    }

    /// Nothing changed up to `until`.
    pub(super) fn nothing(until: Moment, terms: Terms) -> Self {
        Self {
            is_whole: false,
            since: until.epoch,
            until,
            terms,
            untracked: BTreeSet::new(),
            blocks: BTreeMap::new(),
            names: BTreeSet::new(),
        }
    }

    /// What changed up to `until` is not known.
    pub(super) fn anew(until: Moment) -> Self {
        Self { is_whole: true, ..Self::nothing(until, Terms::new()) }
    }

    /// These news and the `later` ones, which begin where these end.
    pub(super) fn and(mut self, later: Self) -> Self {
        if later.is_whole {
            return later;
        }
        for (name, more) in later.blocks {
            let dropped = self.blocks.remove(name).unwrap_or_default();
            self.blocks.insert(name, dropped.and(more));
        }
        self.names.extend(later.names);
        self.untracked.extend(later.untracked);
        // The earlier terms: what the earlier answer says was asked for in them.
        Self { until: later.until, ..self }
    }
}

impl Dropped {
    /// A pattern that only one key is like is that key; one that all are like is all.
    fn add_again(&mut self, pattern: Pattern) {
        let parts = || pattern.parts();
        let plain: Option<Vec<_>> = parts().map(plain).collect();
        let only = plain.map(|parts| Key::new(parts.iter().map(String::as_str)));
        match only {
            Some(Ok(key)) => drop(self.keys.insert(key)),
            _ if parts().all(|part| part == "*") => self.all = true,
            _ => self.again.push(pattern),
        }
    }

    fn and(mut self, more: Self) -> Self {
        self.all |= more.all;
        self.keys.extend(more.keys);
        self.again.extend(more.again);
        self.bounded()
    }

    fn bounded(mut self) -> Self {
        if self.keys.len() > MOST || self.again.len() > MOST {
            self.all = true;
        }
        if self.all {
            return Self { all: true, ..Self::default() };
        }
        self
    }
}

/// The only text that a part of a pattern stands for, if there is only one.
fn plain(part: &str) -> Option<String> {
    let mut chars = part.chars();
    let mut text = String::new();
    while let Some(character) = chars.next() {
        match character {
            '*' | '?' => return None,
            '\\' => text.push(chars.next().unwrap_or('\\')),
            other => text.push(other),
        }
    }
    Some(text)
}

//! What a store in memory holds: the rows of each block, and which of them changed when.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::row::Row;
use crate::key::{Key, Pattern};
use crate::schema::BlockSchema;
use crate::source::changed::Changed;
use crate::source::{Fetched, Found, Loaded, Moved, Request, Rows, SourceError, Wanted, Which};

#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) epoch: u64,
    /// Tells the epoch from one of the same number, before a rewind or of another store.
    pub(super) mark: u64,
    pub(super) floor: u64,
    pub(super) blocks: BTreeMap<String, Block>,
    /// What changed, by the epoch that changed it.
    pub(super) changes: BTreeMap<u64, Vec<Change>>,
    pub(super) fetches: u64,
    pub(super) loads: u64,
    pub(super) keys: u64,
    #[cfg(feature = "ops")]
    pub(super) operators: super::past::Operators,
}

/// The rows of a block.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The one that has no key: of a keyed block the one that the others inherit from.
    pub(super) shared: Row,
    pub(super) own: BTreeMap<Key, Row>,
    pub(super) unreadable: Option<String>,
}

#[derive(Debug)]
pub(super) struct Change {
    block: String,
    what: What,
}

#[derive(Debug)]
enum What {
    /// The row without a key.
    Shared,
    Own(Key),
    /// Nothing, but somebody asked to read these again.
    Again(Pattern),
}

impl Content {
    pub(super) fn read(&mut self, request: &Request<'_>) -> Fetched {
        self.fetches += 1;
        let since = request.counts_from(self.floor, self.epoch);
        let mut fetched = Fetched::unchanged(self.epoch);
        fetched.mark = Some(format!("{:x}", self.mark));
        #[cfg(feature = "ops")]
        {
            fetched.due = self.operators.expiring().first().map(|expiring| expiring.left);
        }
        for block in request.blocks {
            let Some(changed) = self.changed(block.name, since, request.also) else {
                continue;
            };
            if block.is_keyed() {
                let moved = self.moved(block, changed, request.max_record);
                fetched.keyed.insert(block.name, moved);
            } else {
                fetched.blocks.insert(block.name, self.found(block.name));
            }
        }
        fetched
    }

    pub(super) fn load(&mut self, wanted: Wanted<'_>) -> Result<Loaded, SourceError> {
        self.loads += 1;
        let rows = self.rows(wanted.block.name, wanted.max_record, |own| match wanted.which {
            Which::Keys(keys) => {
                let keys: BTreeSet<_> = keys.iter().collect();
                keys.into_iter().filter_map(|key| own.get_key_value(key)).collect()
            }
            Which::Page { after, limit } => {
                let from = after.map_or(Bound::Unbounded, Bound::Excluded);
                let rows = own.range::<Key, _>((from, Bound::Unbounded));
                rows.filter(|(_, row)| row.record.is_some()).take(limit).collect()
            }
        });
        if let Which::Keys(keys) = wanted.which {
            self.keys += keys.len() as u64;
        }
        let rows = rows.map_err(SourceError::refused)?;
        Ok(Loaded::at(self.epoch, rows))
    }

    /// What changed of a block; `None` if nothing did, and it is not among `also`.
    fn changed(&self, block: &str, since: Option<u64>, also: &[&str]) -> Option<Changed> {
        let Some(since) = since.filter(|_| !also.contains(&block)) else {
            return Some(Changed::all());
        };
        let mut changed = None;
        for change in self.changes.range(since + 1..).flat_map(|(_, changes)| changes) {
            if change.block != block {
                continue;
            }
            let changed = changed.get_or_insert_with(Changed::default);
            match &change.what {
                What::Shared => changed.add_all(),
                What::Own(key) => changed.add(key.clone()),
                What::Again(pattern) => changed.add_again(pattern.clone()),
            }
        }
        changed
    }

    fn moved(&self, block: &'static BlockSchema, changed: Changed, most: u64) -> Moved {
        let rows = block.resident.then(|| {
            self.rows(block.name, most, |own| {
                let is_meant = |(key, _): &(&Key, &Row)| changed.names(block, key);
                own.iter().filter(is_meant).collect()
            })
        });
        changed.moved(block, rows)
    }

    /// The shared row and those that `choose` chooses.
    fn rows<'a>(
        &'a self,
        name: &str,
        most: u64,
        choose: impl FnOnce(&'a BTreeMap<Key, Row>) -> Vec<(&'a Key, &'a Row)>,
    ) -> Result<Rows, String> {
        let Some(block) = self.blocks.get(name) else {
            return Ok(Rows::default());
        };
        if let Some(reason) = &block.unreadable {
            return Err(reason.clone());
        }
        let read = |row: &Row| row.record.clone().map(|record| record.within(most));
        let own = choose(&block.own).into_iter();
        let own = own.filter_map(|(key, row)| Some((key.clone(), read(row)?))).collect();
        Ok(Rows { shared: read(&block.shared), own, odd: Vec::new() })
    }

    /// Forgets what changed up to `epoch`.
    pub(super) fn forget(&mut self, epoch: u64) {
        self.floor = self.floor.max(epoch);
        let rows = self.blocks.values_mut();
        rows.flat_map(|block| block.own.values_mut().chain([&mut block.shared]))
            .for_each(|row| row.forget(epoch));
        self.changes.retain(|changed, _| *changed > epoch);
    }

    fn found(&self, name: &str) -> Found {
        match self.blocks.get(name) {
            Some(Block { unreadable: Some(reason), .. }) => Err(reason.clone()),
            Some(block) => Ok(block.shared.record.clone()),
            None => Ok(None),
        }
    }
}

/// Several changes in the making.
#[derive(Debug)]
pub struct Edit<'a>(pub(super) &'a mut Content);

impl Edit<'_> {
    /// Makes these columns the whole active row of `block`; of a keyed block, the row that all keys
    /// inherit from.
    pub fn put(&mut self, block: &str, columns: BTreeMap<String, Option<String>>) {
        self.exchange(block, None, Some(columns));
    }

    /// Sets columns of `block` and leaves its others as they are.
    pub fn set(&mut self, block: &str, column: &str, text: &str) {
        let row = self.0.blocks.get(block).and_then(|block| block.shared.record.as_ref());
        let mut columns = row.map(|record| record.columns.clone()).unwrap_or_default();
        columns.insert(column.to_owned(), Some(text.to_owned()));
        self.put(block, columns);
    }

    /// Takes the active row of `block` away.
    pub fn remove(&mut self, block: &str) {
        self.exchange(block, None, None);
    }

    /// Makes these columns the whole active row that `block` has for `key`.
    pub fn put_key(&mut self, block: &str, key: &Key, columns: BTreeMap<String, Option<String>>) {
        self.exchange(block, Some(key), Some(columns));
    }

    /// Takes the active row away that `block` has for `key`.
    pub fn remove_key(&mut self, block: &str, key: &Key) {
        self.exchange(block, Some(key), None);
    }

    /// Asks everybody to read the copies of `block` again whose keys match.
    pub fn invalidate(&mut self, block: &str, keys: &Pattern) {
        self.changed(block, What::Again(keys.clone()));
    }

    fn exchange(
        &mut self,
        block: &str,
        key: Option<&Key>,
        columns: Option<BTreeMap<String, Option<String>>>,
    ) {
        let epoch = self.0.epoch;
        let row = self.row(block, key);
        row.exchange(epoch, columns);
        row.forget_oldest();
        self.touch(block, key);
    }

    /// The row of `block`, or of a key of it.
    pub(super) fn row(&mut self, block: &str, key: Option<&Key>) -> &mut Row {
        let block = self.0.blocks.entry(block.to_owned()).or_default();
        match key {
            None => &mut block.shared,
            Some(key) => block.own.entry(key.clone()).or_default(),
        }
    }

    /// Says that a row changed.
    pub(super) fn touch(&mut self, block: &str, key: Option<&Key>) {
        self.changed(block, key.map_or(What::Shared, |key| What::Own(key.clone())));
    }

    fn changed(&mut self, block: &str, what: What) {
        let change = Change { block: block.to_owned(), what };
        self.0.changes.entry(self.0.epoch).or_default().push(change);
    }
}

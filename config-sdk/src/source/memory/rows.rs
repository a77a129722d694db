//! What a store in memory holds: one row a block, and which blocks changed when.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::record::Record;
use crate::source::{Fetched, Found, Request};

#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) epoch: u64,
    pub(super) floor: u64,
    pub(super) blocks: BTreeMap<String, Row>,
    /// Block names by the epoch that changed them.
    pub(super) changes: BTreeMap<u64, Vec<String>>,
    pub(super) fetches: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    versions: u64,
    record: Option<Record>,
    pub(super) unreadable: Option<String>,
}

impl Rows {
    pub(super) fn read(&mut self, request: &Request<'_>) -> Fetched {
        self.fetches += 1;
        let since = request.counts_from(self.floor, self.epoch);
        let changed = |name: &str| match since {
            None => true,
            Some(since) => {
                let mut later = self.changes.range(since + 1..);
                later.any(|(_, names)| names.iter().any(|changed| changed == name))
            }
        };
        let wanted = |name: &&'static str| changed(name) || request.also.contains(name);
        let names = request.blocks.iter().map(|block| block.name).filter(wanted);
        Fetched { epoch: self.epoch, blocks: names.map(|name| (name, self.found(name))).collect() }
    }

    /// Forgets which blocks changed up to `epoch`.
    pub(super) fn forget(&mut self, epoch: u64) {
        self.floor = self.floor.max(epoch);
        self.changes.retain(|changed, _| *changed > epoch);
    }

    fn found(&self, name: &str) -> Found {
        match self.blocks.get(name) {
            Some(Row { unreadable: Some(reason), .. }) => Err(reason.clone()),
            Some(row) => Ok(row.record.clone()),
            None => Ok(None),
        }
    }
}

/// Several changes in the making.
#[derive(Debug)]
pub struct Edit<'a>(pub(super) &'a mut Rows);

impl Edit<'_> {
    /// Makes these columns the whole active row of `block`.
    pub fn put(&mut self, block: &str, columns: BTreeMap<String, Option<String>>) {
        let row = self.0.blocks.entry(block.to_owned()).or_default();
        row.versions += 1;
        row.record = Some(Record {
            version: row.versions,
            time: Some(SystemTime::now()),
            columns,
            ..Record::default()
        });
        self.changed(block);
    }

    /// Sets columns of `block` and leaves its others as they are.
    pub fn set(&mut self, block: &str, column: &str, text: &str) {
        let row = self.0.blocks.get(block).and_then(|row| row.record.as_ref());
        let mut columns = row.map(|record| record.columns.clone()).unwrap_or_default();
        columns.insert(column.to_owned(), Some(text.to_owned()));
        self.put(block, columns);
    }

    /// Takes the active row of `block` away.
    pub fn remove(&mut self, block: &str) {
        self.0.blocks.entry(block.to_owned()).or_default().record = None;
        self.changed(block);
    }

    fn changed(&mut self, block: &str) {
        let epoch = self.0.epoch;
        self.0.changes.entry(epoch).or_default().push(block.to_owned());
    }
}

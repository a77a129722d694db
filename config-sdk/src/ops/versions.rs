//! The versions of a row, put together from the rows that are there and the log of what was done.

use std::collections::BTreeMap;

use crate::block::BlockType;
use crate::change::{FieldChange, Layers, differences};
use crate::record::Record;
use crate::source::{Done, Logged, Past, RowState};

/// One version, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Known<'a> {
    /// What it is now; a draft that was activated or discarded is archived.
    pub(super) state: Option<RowState>,
    /// Whether it was saved as a draft, and so read by nobody.
    pub(super) is_draft: bool,
    /// What it held, without secrets; unknown if the log was pruned.
    pub(super) record: Option<Record>,
    /// What made it.
    pub(super) made: Option<&'a Logged>,
    /// What deleted it.
    pub(super) deleted: Option<&'a Logged>,
}

/// The versions of a row by number, lowest first. An adopted table counts none; there the epoch that
/// made a version stands for its number.
pub(super) fn known<'a>(block: &BlockType, past: &'a Past) -> BTreeMap<u64, Known<'a>> {
    let mut known = match block.schema().adopt {
        true => by_epoch(past),
        false => by_version(past),
    };
    for version in known.values_mut() {
        version.record = version.record.take().map(|record| without_secrets(block, record));
    }
    known
}

fn by_version(past: &Past) -> BTreeMap<u64, Known<'_>> {
    let mut known = BTreeMap::<u64, Known<'_>>::new();
    for (state, record) in &past.rows {
        let version = known.entry(record.version).or_default();
        (version.state, version.record) = (Some(*state), Some(record.clone()));
        version.is_draft = *state == RowState::Draft;
    }
    for logged in &past.log {
        let before = logged.before.as_ref();
        if let Some((state, record)) = before {
            let version = known.entry(record.version).or_default();
            version.is_draft |= *state == RowState::Draft;
            version.state.get_or_insert(RowState::Archived);
            version.record.get_or_insert_with(|| record.clone());
        }
        let Some(number) = logged.version else { continue };
        let version = known.entry(number).or_default();
        match logged.what {
            Done::Delete => version.deleted = Some(logged),
            // A row that was archived changed, and is no new version.
            _ if before.is_some_and(|(_, record)| record.version == number) => {}
            _ => version.made = Some(logged),
        }
    }
    known
}

fn by_epoch(past: &Past) -> BTreeMap<u64, Known<'_>> {
    let mut known = BTreeMap::new();
    let mut after = past.rows.first().map(|(_, record)| record.clone());
    let mut state = RowState::Active;
    for logged in &past.log {
        let (record, deleted) = match logged.what {
            Done::Delete => (None, Some(logged)),
            _ => (after.take(), None),
        };
        let is = Some(deleted.map_or(state, |_| RowState::Archived));
        let version = Known { state: is, record, made: Some(logged), deleted, ..Known::default() };
        known.entry(logged.epoch).or_insert(version);
        after = logged.before.as_ref().map(|(_, record)| record.clone());
        state = RowState::Archived;
    }
    if let Some(record) = after {
        // What was there before the first change that is known.
        let before = past.log.last().map_or(0, |first| first.epoch.saturating_sub(1));
        let version = Known { state: Some(state), record: Some(record), ..Known::default() };
        known.entry(before).or_insert(version);
    }
    known
}

/// The log never holds secrets, so they are left out of what is compared with it.
fn without_secrets(block: &BlockType, mut record: Record) -> Record {
    for field in block.schema().fields.iter().filter(|field| field.secret) {
        record.columns.remove(field.column);
    }
    record
}

/// In which fields two versions differ.
pub(super) fn differ(
    block: &BlockType,
    from: Option<&Record>,
    to: Option<&Record>,
    shared: Option<&Record>,
) -> Vec<FieldChange> {
    let secrets = |record: Option<&Record>| record.cloned().map(|r| without_secrets(block, r));
    let (from, to, shared) = (secrets(from), secrets(to), secrets(shared));
    let shared = shared.as_ref();
    differences(block, Layers::of(from.as_ref(), shared), Layers::of(to.as_ref(), shared))
}

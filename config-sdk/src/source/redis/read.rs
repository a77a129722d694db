//! Loading rows of a bounded keyed block: from the tier what is there, from the store the rest.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use redis::pipe;
use tokio::sync::mpsc;

use super::entry::{self, Row};
use super::keep::Keep;
use super::line::{Failure, Line};
use super::names::Names;
use super::tier::Tier;
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{Loaded, Rows, Source, SourceError, Wanted, Which};

/// What the tier holds of some keys.
struct Held {
    /// The name of the block's state.
    state: String,
    term: String,
    /// The epoch that all of it is as of.
    epoch: u64,
    /// The shared row, if it is known whether there is one.
    shared: Option<Row>,
    /// Of each key its row, if it is known whether there is one.
    own: Vec<Option<Row>>,
}

/// Loads what is `wanted`.
pub(super) async fn load(
    store: &dyn Source,
    tier: &Tier,
    keeps: &mpsc::Sender<Keep>,
    wanted: Wanted<'_>,
) -> Result<Loaded, SourceError> {
    let block = wanted.block;
    let Which::Keys(keys) = wanted.which else {
        return store.load(wanted).await;
    };
    if !tier.takes(block) {
        return store.load(wanted).await;
    }
    let held = if wanted.fresh { None } else { held(tier, block, keys).await };
    let Some(held) = held else {
        return Ok(known(block, store.load(wanted).await?));
    };
    let (found, missing) = held.sort(keys);
    count(tier, found.len(), missing.len());
    if missing.is_empty() {
        let shared = held.shared.flatten();
        return Ok(Loaded::at(held.epoch, Rows { shared, own: rows(found), odd: Vec::new() }));
    }
    let rest = Wanted { which: Which::Keys(&missing), ..wanted };
    let loaded = known(block, store.load(rest).await?);
    let _ = keeps.try_send(held.keep(&missing, &loaded)); // where there is no room, it is not kept
    if found.is_empty() {
        return Ok(loaded);
    }
    // A copy is made of a key's row and of the shared one as of the same moment. So both halves may
    // be handed on together only if they agree on the shared one.
    if loaded.epoch < held.epoch || held.shared.as_ref() != Some(&loaded.rows.shared) {
        return Ok(known(block, store.load(wanted).await?));
    }
    let Loaded { rows: mut all, .. } = loaded;
    all.own.extend(rows(found));
    Ok(Loaded::at(held.epoch, all))
}

impl Held {
    /// The rows that are there, and the keys that are missing.
    fn sort(&self, keys: &[Key]) -> (Vec<(Key, Row)>, Vec<Key>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for (key, row) in keys.iter().zip(&self.own) {
            match row {
                Some(row) if self.shared.is_some() => found.push((key.clone(), row.clone())),
                _ => missing.push(key.clone()),
            }
        }
        (found, missing)
    }

    /// What of `loaded` is to be kept: a row for each of `keys`, or that there is none.
    fn keep(&self, keys: &[Key], loaded: &Loaded) -> Keep {
        let own: BTreeMap<_, _> = loaded.rows.own.iter().map(|(key, row)| (key, row)).collect();
        let row = |key| own.get(key).map(|row| Record::clone(row));
        let mut kept: Vec<_> = keys.iter().map(|key| (Some(key.clone()), row(key))).collect();
        if self.shared.is_none() {
            kept.push((None, loaded.rows.shared.clone()));
        }
        Keep { state: self.state.clone(), term: self.term.clone(), epoch: loaded.epoch, rows: kept }
    }
}

/// What the tier holds of `keys`; `None` if it cannot be used now.
async fn held(tier: &Tier, block: &'static BlockSchema, keys: &[Key]) -> Option<Held> {
    let (line, known) = tier.ready().await?;
    let state = tier.names.state(&known.store, block);
    match ask(&line, state, keys).await {
        Ok(Some(held)) if held.epoch >= known.epoch => {
            tier.learn(block.name, &held.term);
            Some(held)
        }
        Ok(behind) => {
            if let Some(held) = behind {
                tier.learn(block.name, &held.term);
            }
            tier.is_behind();
            None
        }
        Err(failure) => {
            tier.failed(Some(line.number), &failure);
            None
        }
    }
}

/// Asks for the state of the block and for the copies in one go; nothing happens in between.
async fn ask(line: &Line, state: String, keys: &[Key]) -> Result<Option<Held>, Failure> {
    type State = (Option<String>, Option<String>, Option<u64>);
    let names = [None].into_iter().chain(keys.iter().map(Some));
    let names: Vec<_> = names.map(|key| Names::copy(&state, key)).collect();
    let mut questions = pipe();
    questions.atomic().hmget(&state, &["generation", "term", "epoch"]).mget(names);
    let (known, copies): (State, Vec<Option<Vec<u8>>>) = line.ask(&questions).await?;
    let (Some(generation), Some(term), Some(epoch)) = known else {
        return Ok(None);
    };
    let mut copies = copies.into_iter().map(|text| {
        let entry = entry::read(&text?, &generation)?;
        // One that is ahead of the state may not be as of the same moment as the others.
        (entry.epoch <= epoch).then_some(entry.row)
    });
    let shared = copies.next().flatten();
    Ok(Some(Held { state, term, epoch, shared, own: copies.collect() }))
}

/// `loaded` without columns that nobody reads, so that it does not differ from what the tier holds.
fn known(block: &BlockSchema, mut loaded: Loaded) -> Loaded {
    let Rows { shared, own, .. } = &mut loaded.rows;
    for record in shared.iter_mut().chain(own.iter_mut().map(|(_, record)| record)) {
        *record = entry::known(block, std::mem::take(record));
    }
    loaded
}

fn rows(found: Vec<(Key, Row)>) -> Vec<(Key, Record)> {
    found.into_iter().filter_map(|(key, row)| Some((key, row?))).collect()
}

fn count(tier: &Tier, hits: usize, misses: usize) {
    tier.counts.hits.fetch_add(hits as u64, Ordering::Relaxed);
    tier.counts.misses.fetch_add(misses as u64, Ordering::Relaxed);
}

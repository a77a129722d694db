//! What was read, loaded and dropped of a bounded keyed block.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;

use super::bounded::Bounded;
use super::table::Reads;
use crate::key::{Key, KeyError};

/// How many keys are named that are read most.
const TOP: usize = 10;

/// What was read, loaded and dropped since the start, and what there is now.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Reads that were served from memory.
    pub hits: u64,
    /// Reads that were not.
    pub misses: u64,
    /// Which part of all reads were hits, from 0 to 1; 0 before the first.
    pub hit_rate: f64,
    /// Copies that were put into memory.
    pub sets: u64,
    /// Questions to the store, each for up to a thousand keys.
    pub loads: u64,
    /// Keys that were asked for in them.
    pub loaded_keys: u64,
    /// Reads that waited for a load that somebody else had begun.
    pub waits: u64,
    /// Reads that got the last good copy, or what all keys share, because nothing could be loaded in
    /// time.
    pub stand_ins: u64,
    /// Loads that failed, and rows that were turned away.
    pub errors: u64,
    /// Copies that had to leave for others.
    pub evictions: u64,
    /// Copies in memory, those of keys without a row of their own included.
    pub entries: usize,
    /// How many of them are what the store holds, as far as anybody knows.
    pub active: usize,
    /// How many of them are read again before they are served as fresh.
    pub expired: usize,
    /// How many of them are of keys without a row of their own.
    pub without_row: usize,
    /// How many bytes they take, as far as can be told.
    pub bytes: usize,
    /// How long a copy is served before it is read again, where the store does not tell of changes.
    pub ttl: Duration,
    /// The keys that were read most, and how often, as an estimate from samples; hottest first.
    pub top: Vec<(Key, u64)>,
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, misses, loads, loaded_keys, waits, errors, evictions, .. } = self;
        writeln!(f, "reads    {hits} hits, {misses} misses: {:.1} %", self.hit_rate * 100.0)?;
        write!(f, "loads    {loads} for {loaded_keys} keys, {waits} waited, {errors} errors")?;
        match self.stand_ins {
            0 => writeln!(f)?,
            count => writeln!(f, "; {count} reads got a stand-in")?,
        }
        write!(f, "entries  {}", self.entries)?;
        if self.active + self.expired > 0 {
            let Self { active, expired, without_row, .. } = self;
            write!(f, ": {active} active, {expired} expired, {without_row} without a row")?;
        }
        writeln!(f, "; {evictions} evicted")?;
        write!(f, "bytes    {}", self.bytes)?;
        for (key, reads) in &self.top {
            write!(f, "\nhot      {key}: about {reads} reads")?;
        }
        Ok(())
    }
}

/// What came of warming.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Warmed {
    /// Keys that were loaded.
    pub loaded: usize,
    /// Keys that were in memory already.
    pub present: usize,
    /// Keys that could not be loaded, or are none.
    pub failed: usize,
    /// Why the first of them could not.
    pub error: Option<String>,
    /// Whether it ended because no more copies fit into memory.
    pub is_full: bool,
}

/// How many keys are warmed at a time.
const PORTION: usize = 10_000;
/// How many of them come by one answer, about.
const TOGETHER: usize = 1000;

impl<T: Send + Sync + 'static> Bounded<T> {
    /// What was read and loaded, and what there is now; walks through all copies.
    pub(super) fn stats(&self) -> Stats {
        let mut top = self.table.top(TOP);
        top.retain(|(_, reads)| *reads > 0);
        let mut stats = Stats { top, ..self.tally() };
        self.table.for_each(|copy, _| {
            stats.active += usize::from(self.is_current(copy.stamp.load(Ordering::Relaxed)));
            stats.without_row += usize::from(copy.absent);
        });
        stats.expired = stats.entries.saturating_sub(stats.active);
        stats
    }

    /// The same, as far as it costs no walk.
    pub(super) fn tally(&self) -> Stats {
        let counts = self.table.counts();
        let Reads { hits, misses } = counts.reads();
        Stats {
            hits,
            misses,
            hit_rate: hits as f64 / (hits + misses).max(1) as f64,
            sets: counts.sets.get(),
            loads: counts.loads.get(),
            loaded_keys: counts.loaded_keys.get(),
            waits: counts.waits.get(),
            stand_ins: counts.stand_ins.get(),
            errors: counts.errors.get(),
            evictions: counts.evictions.get(),
            entries: self.table.len(),
            bytes: self.table.bytes(),
            ttl: self.options.ttl.unwrap_or_default(),
            ..Stats::default()
        }
    }

    /// Loads the keys that are not in memory, together.
    pub(super) async fn warm(&self, keys: Vec<Result<Key, KeyError>>) -> Warmed {
        let (mut warmed, mut wanted) = (Warmed::default(), Vec::new());
        for key in keys {
            match key {
                Ok(key) if self.is_fresh(&key) => warmed.present += 1,
                Ok(key) => wanted.push(key),
                Err(error) => warmed.fail(&error.to_string()),
            }
        }
        for portion in wanted.chunks(PORTION) {
            let mut landings = self.flight.want_later(portion).into_iter();
            while landings.len() > 0 {
                // The last one first: when that is there, so are the others, and nobody was woken for each.
                let mut together: Vec<_> = landings.by_ref().take(TOGETHER).collect();
                while let Some(landing) = together.pop() {
                    // However long it takes: a store that does not answer fails all of them.
                    match landing.ended().await {
                        Ok(_) => warmed.loaded += 1,
                        Err(reason) => warmed.fail(&reason),
                    }
                }
            }
        }
        warmed
    }
}

impl Warmed {
    pub(crate) fn fail(&mut self, error: &str) {
        self.failed += 1;
        self.error.get_or_insert_with(|| error.to_owned());
    }
}

//! How many reads are hits, where every miss is followed by putting the key in.

use std::sync::Arc;

use config_benches::Report;

use crate::guilds::{self, GuildConfig};
use crate::traces::{key, with_scans, with_turns, zipf};
use crate::{CAPACITY, KEYS};

/// Reads of each trace; the first third is not counted.
const READS: usize = 1_500_000;

pub(crate) fn measure(report: &mut Report) {
    let traces = [
        ("Zipf 0.8", zipf(0.8, READS)),
        ("Zipf 1.0", zipf(1.0, READS)),
        ("Zipf 1.2", zipf(1.2, READS)),
        ("Zipf 1.0 and scans", with_scans(1.0, READS)),
        ("Zipf 1.0, other keys every 300,000 reads", with_turns(1.0, READS)),
    ];
    let rows = traces.iter().map(|(name, trace)| {
        let hits = [here(trace), moka(trace), quick(trace)].map(|hits| format!("{hits:.2}"));
        [(*name).to_owned()].into_iter().chain(hits).collect()
    });
    let title = format!("% hits, {KEYS} keys, room for {CAPACITY}");
    report.table("ratios", &[&title, "here", "moka", "quick_cache"], rows.collect());
}

fn here(trace: &[usize]) -> f64 {
    let (runtime, guilds) = guilds::start();
    hits(trace, |key| {
        let is_there = guilds.peek(key).is_some();
        if !is_there {
            runtime.block_on(guilds.get(key));
        }
        is_there
    })
}

fn moka(trace: &[usize]) -> f64 {
    let cache = moka::sync::Cache::new(CAPACITY as u64);
    hits(trace, |key| {
        let is_there = cache.get(key).is_some();
        if !is_there {
            cache.insert(key.to_owned(), Arc::new(GuildConfig::default()));
        }
        is_there
    })
}

fn quick(trace: &[usize]) -> f64 {
    let cache = quick_cache::sync::Cache::new(CAPACITY);
    hits(trace, |key| {
        let is_there = cache.get(key).is_some();
        if !is_there {
            cache.insert(key.to_owned(), Arc::new(GuildConfig::default()));
        }
        is_there
    })
}

/// Per cent, without the first third.
fn hits(trace: &[usize], mut read: impl FnMut(&str) -> bool) -> f64 {
    let (first, others) = trace.split_at(trace.len() / 3);
    for number in first {
        read(&key(*number));
    }
    let hits = others.iter().filter(|number| read(&key(**number))).count();
    100.0 * hits as f64 / others.len() as f64
}

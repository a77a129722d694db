//! How many reads are hits, where every miss is followed by putting the key in.

use std::sync::Arc;

use config_benches::{Axis, Plot, Report, Series};

use crate::contestants::keyed::{self, CAPACITY, GuildConfig, key};
use crate::traces::{KEYS, with_scans, with_turns, zipf};

/// Reads of each trace; the first third is not counted.
const READS: usize = 1_500_000;

const QUICK_READS: usize = 600_000;

/// How unevenly keys are read, from mildly to very.
const EXPONENTS: [f64; 9] = [0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4];

const QUICK: [f64; 3] = [0.8, 1.0, 1.2];

const CACHES: [&str; 3] = ["here", "moka", "quick_cache"];

pub(crate) fn measure(report: &mut Report) {
    let exponents = report.size(&QUICK[..], &EXPONENTS);
    let reads = report.size(QUICK_READS, READS);
    let by_exponent: Vec<(f64, [f64; 3])> =
        exponents.iter().map(|exponent| (*exponent, all(&zipf(*exponent, reads)))).collect();
    let others = [
        ("Zipf 1.0 and scans".to_owned(), all(&with_scans(1.0, reads))),
        ("Zipf 1.0, other keys every 300,000 reads".to_owned(), all(&with_turns(1.0, reads))),
    ];
    let named = by_exponent.iter().map(|(exponent, hits)| (format!("Zipf {exponent:.1}"), *hits));
    let found: Vec<(String, [f64; 3])> = named.chain(others).collect();
    let worst = found.iter().max_by(|(_, one), (_, other)| fewer(one).total_cmp(&fewer(other)));
    let (name, hits) = worst.expect("a trace");
    let detail = format!("{name}: {:.2} % beside {:.2} %", hits[0], hits[1]);
    report.figure("reading.bounded.hits", fewer(hits), detail);
    let rows = found.into_iter().map(|(name, hits)| {
        [name].into_iter().chain(hits.map(|hits| format!("{hits:.2}"))).collect()
    });
    let title = format!("% hits, {KEYS} keys, room for {CAPACITY}");
    let [here, moka, quick] = CACHES;
    report.table("hits", &[&title, here, moka, quick], rows.collect());
    plot(report, &by_exponent);
}

/// Percentage points fewer than moka has.
fn fewer([here, moka, _]: &[f64; 3]) -> f64 {
    moka - here
}

fn plot(report: &mut Report, by_exponent: &[(f64, [f64; 3])]) {
    let series = CACHES.into_iter().enumerate().map(|(place, name)| {
        let points = by_exponent.iter().map(|(exponent, hits)| (*exponent, hits[place]));
        Series { name: name.to_owned(), points: points.collect() }
    });
    report.plot(Plot {
        id: "hits_by_exponent".to_owned(),
        title: format!("How many reads are hits: {KEYS} keys, room for {CAPACITY}"),
        x: Axis { label: "exponent of the Zipf distribution".to_owned(), log: false },
        y: Axis { label: "% hits".to_owned(), log: false },
        series: series.collect(),
    });
}

fn all(trace: &[usize]) -> [f64; 3] {
    [here(trace), moka(trace), quick(trace)]
}

fn here(trace: &[usize]) -> f64 {
    let (runtime, guilds) = keyed::start();
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

//! What a hit of a bounded keyed block costs.

use std::sync::Barrier;

use fastrand::Rng;

use crate::contestants::{self, Contestant};
use crate::traces::{Zipf, key};
use config_benches::{Report, median, now, pin};

/// The hottest keys, which all contestants hold.
const HELD: usize = 9_000;

const ROUNDS: usize = 41;

/// Per thread and round.
const READS: usize = 50_000;

pub(crate) fn measure(report: &mut Report) {
    let keys: Vec<String> = (0..HELD).map(key).collect();
    let traces = [trace(&keys, 1), trace(&keys, 2)];
    let contestants = contestants::all(&keys);
    let mut nanos = vec![[const { Vec::new() }; 2]; contestants.len()];
    for _ in 0..report.size(11, ROUNDS) {
        for ((_, contestant), nanos) in contestants.iter().zip(&mut nanos) {
            for threads in [1, 2] {
                nanos[threads - 1].push(round(&**contestant, &traces[..threads]));
            }
        }
    }
    let medians: Vec<[f64; 2]> = nanos.into_iter().map(|nanos| nanos.map(median)).collect();
    let moka = contestants.iter().position(|(name, _)| name.starts_with("moka")).expect("moka");
    let rows = contestants.iter().zip(&medians).map(|((name, _), [one, two])| {
        let (of_one, of_two) = (one / medians[moka][0], two / medians[moka][1]);
        let cells = [format!("{one:.1}"), format!("{of_one:.2}"), format!("{two:.1}")];
        let last = [format!("{of_two:.2}"), format!("{:.2}", two / one)];
        [(*name).to_owned()].into_iter().chain(cells).chain(last).collect()
    });
    let columns =
        ["ns per hit and thread", "1 thread", "of moka's", "2 threads", "of moka's", "2 to 1"];
    report.table("keyed", &columns, rows.collect());
}

/// Zipf reads of keys that are there.
fn trace(keys: &[String], seed: u64) -> Vec<&str> {
    let (zipf, mut random) = (Zipf::new(1.0), Rng::with_seed(seed));
    std::iter::repeat_with(|| zipf.draw(&mut random))
        .filter_map(|number| keys.get(number).map(|key| &**key))
        .take(READS)
        .collect()
}

/// Nanoseconds of processor time per read, each thread on a processor of its own.
fn round(contestant: &dyn Contestant, traces: &[Vec<&str>]) -> f64 {
    let barrier = Barrier::new(traces.len());
    let time = |(processor, trace): (usize, &Vec<&str>)| {
        pin(processor);
        contestant.read_all(trace); // puts what it reads into this processor's cache, as far as it fits
        barrier.wait();
        let start = now();
        let hits = contestant.read_all(trace);
        let time = now() - start;
        assert!(hits * 100 >= READS * 99, "{hits} of {READS} were there");
        time.as_nanos() as f64 / hits as f64
    };
    let sum: f64 = std::thread::scope(|scope| {
        let threads: Vec<_> =
            traces.iter().enumerate().map(|one| scope.spawn(move || time(one))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a time")).sum()
    });
    sum / traces.len() as f64
}

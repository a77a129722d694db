//! What a hit of a bounded keyed block costs.

use std::sync::Barrier;

use fastrand::Rng;

use config_benches::{Report, median, now, pin};

use crate::contestants::keyed::{self, Contestant, key};
use crate::rounds::ratio;
use crate::traces::Zipf;

/// The hottest keys, which all contestants hold.
const HELD: usize = 9_000;

const ROUNDS: usize = 41;

/// Per thread and round.
const READS: usize = 50_000;

pub(crate) fn measure(report: &mut Report) {
    let keys: Vec<String> = (0..HELD).map(key).collect();
    let traces = [trace(&keys, 1), trace(&keys, 2)];
    let contestants = keyed::all(&keys);
    let mut nanos = vec![[const { Vec::new() }; 2]; contestants.len()];
    for _ in 0..report.size(7, ROUNDS) {
        for ((_, contestant), nanos) in contestants.iter().zip(&mut nanos) {
            for threads in [1, 2] {
                nanos[threads - 1].push(round(&**contestant, &traces[..threads]));
            }
        }
    }
    let place = |wanted| contestants.iter().position(|(name, _)| *name == wanted).expect("a name");
    let moka = &nanos[place(keyed::MOKA)];
    let rows = contestants.iter().zip(&nanos).map(|((name, _), [one, two])| {
        let middle = |nanos: &[f64]| format!("{:.1}", median(nanos.to_vec()));
        let of = |nanos: &[f64], other: &[f64]| format!("{:.2}", ratio(nanos, other));
        let (of_one, of_two) = (of(one, &moka[0]), of(two, &moka[1]));
        vec![(*name).to_owned(), middle(one), of_one, middle(two), of_two, of(two, one)]
    });
    let columns =
        ["ns per hit and thread", "1 thread", "of moka's", "2 threads", "of moka's", "2 to 1"];
    report.table("keyed", &columns, rows.collect());
    // Of the two ways to read, the slower one counts.
    let ways = [keyed::PEEK, keyed::GET].map(|name| (name, &nanos[place(name)]));
    let beside_moka = ways.map(|(name, [one, _])| (name, one, &moka[0]));
    worst(report, "reading.bounded", beside_moka);
    let with_two = ways.map(|(name, [one, two])| (name, two, one));
    worst(report, "reading.bounded.threads", with_two);
}

/// The higher ratio of what is compared with what.
fn worst(report: &mut Report, id: &str, pairs: [(&str, &Vec<f64>, &Vec<f64>); 2]) {
    let ratios = pairs.map(|(name, one, other)| (ratio(one, other), name, one, other));
    let worst = ratios.into_iter().max_by(|one, other| one.0.total_cmp(&other.0));
    let (value, name, one, other) = worst.expect("one of two");
    let (one, other) = (median(one.clone()), median(other.clone()));
    report.figure(id, value, format!("{name}: {one:.2} ns beside {other:.2} ns"));
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

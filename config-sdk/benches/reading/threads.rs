//! What reads cost where there are more threads than processors.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use config_benches::{Axis, Plot, Report, Series, median, pin};

use crate::contestants::{self, Contestant, cells, here};
use crate::rounds::reads;

const THREADS: [usize; 4] = [1, 2, 4, 8];

const SHOWN: [&str; 9] = [
    here::HANDLE,
    here::WITH,
    here::GET,
    cells::BARE,
    cells::LOCK,
    contestants::paths::FLOAT,
    contestants::reloading::DYNAMIC,
    contestants::reloading::HOTSWAP,
    contestants::flags::OPEN_FEATURE,
];

pub(crate) fn measure(report: &mut Report) {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut contestants = contestants::all();
    contestants.retain(|contestant| SHOWN.contains(&contestant.name));
    let reads: Vec<usize> = contestants.iter().map(reads).collect();
    let mut nanos = vec![[const { Vec::new() }; THREADS.len()]; contestants.len()];
    for turn in 0..report.size(5, 31) {
        for ((contestant, reads), nanos) in contestants.iter().zip(&reads).zip(&mut nanos) {
            for (threads, nanos) in THREADS.into_iter().zip(nanos) {
                nanos.push(round(contestant, *reads, turn, threads, processors));
            }
        }
    }
    let series = contestants.iter().zip(nanos).map(|(contestant, nanos)| {
        let points = THREADS.into_iter().map(|threads| threads as f64).zip(nanos.map(median));
        Series { name: contestant.name.replace('`', ""), points: points.collect() }
    });
    report.plot(Plot {
        id: "reads_by_threads".to_owned(),
        title: "What a read costs the machine, with as many threads as processors and with more"
            .to_owned(),
        x: Axis { label: format!("threads, on {processors} processors"), log: false },
        y: Axis {
            label: "ns per read: time by the clock × busy processors ÷ reads".to_owned(),
            log: true,
        },
        series: series.collect(),
    });
}

/// By the clock, because a thread that waits for another takes no processor's time, and multiplied by
/// the processors that all threads together can keep busy: what does not get in its own way stays
/// where it is, however many the threads are.
fn round(
    contestant: &Contestant,
    reads: usize,
    place: usize,
    threads: usize,
    processors: usize,
) -> f64 {
    let barrier = Barrier::new(threads);
    let times: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let barrier = &barrier;
        let one = |number: usize| {
            scope.spawn(move || {
                pin(number % processors);
                let mut read = (contestant.reader)(place);
                black_box(read(reads / 10));
                barrier.wait();
                let start = Instant::now();
                black_box(read(reads));
                (start, Instant::now())
            })
        };
        let threads: Vec<_> = (0..threads).map(one).collect();
        threads.into_iter().map(|thread| thread.join().expect("a time")).collect()
    });
    let first = times.iter().map(|(start, _)| start).min().expect("a thread");
    let last = times.iter().map(|(_, end)| end).max().expect("a thread");
    let time = last.duration_since(*first).as_nanos() as f64;
    time * threads.min(processors) as f64 / (reads * threads) as f64
}

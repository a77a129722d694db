//! Turns that contestants take, and the middle of what their rounds say.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use config_benches::{median, now, pin};

use crate::contestants::Contestant;

/// How long a thread reads in its turn, about.
const TURN: Duration = Duration::from_millis(5);

/// How often a block is exchanged while it is read.
const EXCHANGE: Duration = Duration::from_millis(1);

/// Reads that take a turn's time.
pub(crate) fn reads(contestant: &Contestant) -> usize {
    let mut read = (contestant.reader)(0);
    let mut reads = 100;
    loop {
        let start = now();
        black_box(read(reads));
        let time = now() - start;
        if time > TURN / 10 {
            let reads = reads as f64 * TURN.as_secs_f64() / time.as_secs_f64();
            return reads as usize;
        }
        reads *= 2;
    }
}

/// Nanoseconds of processor time per read, each thread on a processor of its own.
pub(crate) fn turn(contestant: &Contestant, reads: usize, place: usize, threads: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let times: Vec<f64> = thread::scope(|scope| {
        let one = |processor| {
            let barrier = &barrier;
            scope.spawn(move || time(contestant, reads, place, processor, || _ = barrier.wait()))
        };
        let threads: Vec<_> = (0..threads).map(one).collect();
        threads.into_iter().map(|thread| thread.join().expect("a time")).collect()
    });
    times.iter().sum::<f64>() / threads as f64
}

/// The same of one thread, while another exchanges the block; and how often that did so each ms.
pub(crate) fn turn_beside_a_writer(
    contestant: &Contestant,
    reads: usize,
    place: usize,
) -> Option<(f64, f64)> {
    let writer = contestant.writer.as_ref()?;
    let (ended, (writing, written)) = (AtomicBool::new(false), mpsc::channel());
    let ended = &ended;
    let write = move || {
        pin(1);
        let mut write = writer();
        write();
        writing.send(()).expect("a reader waits");
        let (start, mut writes) = (Instant::now(), 0);
        while !ended.load(Ordering::Relaxed) {
            write();
            writes += 1;
            thread::sleep((EXCHANGE * writes).saturating_sub(start.elapsed()));
        }
        f64::from(writes) / start.elapsed().as_secs_f64() / 1000.0
    };
    let found = thread::scope(|scope| {
        let writes = scope.spawn(write);
        let wait = move || written.recv().expect("the writer has begun");
        let nanos = scope.spawn(move || time(contestant, reads, place, 0, wait));
        let nanos = nanos.join();
        ended.store(true, Ordering::Relaxed);
        (nanos.expect("a time"), writes.join().expect("a count"))
    });
    Some(found)
}

fn time(
    contestant: &Contestant,
    reads: usize,
    place: usize,
    processor: usize,
    wait: impl FnOnce(),
) -> f64 {
    pin(processor);
    let mut read = (contestant.reader)(place);
    black_box(read(reads / 10));
    wait();
    let start = now();
    black_box(read(reads));
    (now() - start).as_nanos() as f64 / reads as f64
}

/// Of two that took turns: the middle of what one is of the other, round by round.
pub(crate) fn ratio(one: &[f64], other: &[f64]) -> f64 {
    median(one.iter().zip(other).map(|(one, other)| one / other).collect())
}

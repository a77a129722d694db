//! What a read of a block costs, and of a copy of a resident keyed one.

use config_benches::{Report, median};

use crate::contestants::{self, Contestant, PLACES, cells, here, paths};
use crate::rounds::{ratio, reads, turn, turn_beside_a_writer};

/// What all others are compared with that are not among these.
const USUAL: &str = cells::BARE;

const BESIDE: [(&str, &str); 3] =
    [(cells::CACHE, cells::CACHE), (here::HANDLE, cells::CACHE), (paths::VALUE, paths::CONFIG_RS)];

/// What one contestant's turns took, round by round: nanoseconds per read and thread.
#[derive(Default)]
struct Times {
    one: Vec<f64>,
    two: Vec<f64>,
    beside_a_writer: Vec<f64>,
    /// How often that wrote, each ms.
    writes: Vec<f64>,
}

pub(crate) fn measure(report: &mut Report) {
    let contestants = contestants::all();
    let reads: Vec<usize> = contestants.iter().map(reads).collect();
    let mut all: Vec<Times> = contestants.iter().map(|_| Times::default()).collect();
    for round in 0..report.size(1, 8) * PLACES {
        for ((contestant, reads), times) in contestants.iter().zip(&reads).zip(&mut all) {
            times.one.push(turn(contestant, *reads, round, 1));
            times.two.push(turn(contestant, *reads, round, 2));
            if let Some((nanos, writes)) = turn_beside_a_writer(contestant, *reads, round) {
                times.beside_a_writer.push(nanos);
                times.writes.push(writes);
            }
        }
    }
    table(report, &contestants, &all);
    let of = |name| &all[place(&contestants, name)];
    figures(report, of);
}

fn place(contestants: &[Contestant], name: &str) -> usize {
    contestants.iter().position(|contestant| contestant.name == name).expect("a name")
}

fn table(report: &mut Report, contestants: &[Contestant], all: &[Times]) {
    let rows = contestants.iter().zip(all).map(|(contestant, times)| {
        let beside = BESIDE.into_iter().find(|(name, _)| *name == contestant.name);
        let beside = beside.map_or(USUAL, |(_, beside)| beside);
        let other = &all[place(contestants, beside)];
        let middle = |nanos: &[f64]| {
            if nanos.is_empty() {
                "–".to_owned()
            } else {
                format!("{:.2}", median(nanos.to_vec()))
            }
        };
        vec![
            contestant.name.to_owned(),
            middle(&times.one),
            middle(&times.two),
            format!("{:.2}", ratio(&times.two, &times.one)),
            middle(&times.beside_a_writer),
            beside.to_owned(),
            format!("{:.2}", ratio(&times.one, &other.one)),
        ]
    });
    let columns = [
        "ns per read and thread",
        "1 thread",
        "2 threads",
        "2 to 1",
        "beside a writer",
        "beside",
        "ratio",
    ];
    report.table("blocks", &columns, rows.collect());
}

fn figures<'a>(report: &mut Report, of: impl Fn(&'static str) -> &'a Times) {
    let pairs = [
        ("reading.get", here::GET, cells::BARE),
        ("reading.handle.cache", here::HANDLE, cells::CACHE),
        ("reading.handle.static", here::HANDLE, cells::STATIC),
        ("reading.with", here::WITH, cells::BARE),
        ("reading.snapshot", here::SNAPSHOT, cells::BARE),
        ("reading.value", paths::VALUE, paths::CONFIG_RS),
    ];
    for (id, name, beside) in pairs {
        let (times, other) = (&of(name).one, &of(beside).one);
        report.figure(id, ratio(times, other), nanos(times, other));
    }
    let get = of(here::GET);
    report.figure("reading.get.threads", ratio(&get.two, &get.one), nanos(&get.two, &get.one));
    let writes = median(get.writes.clone());
    let detail = format!("{}, {writes:.2} exchanges a ms", nanos(&get.beside_a_writer, &get.one));
    report.figure("reading.get.writer", ratio(&get.beside_a_writer, &get.one), detail);
    let parts = of(cells::BARE).one.iter().zip(&of(here::HASH).one);
    let parts: Vec<f64> = parts.map(|(bare, hash)| 1.3 * bare + hash).collect();
    let resident = &of(here::RESIDENT).one;
    report.figure("reading.resident", ratio(resident, &parts), nanos(resident, &parts));
}

fn nanos(one: &[f64], other: &[f64]) -> String {
    format!("{:.2} ns beside {:.2} ns", median(one.to_vec()), median(other.to_vec()))
}

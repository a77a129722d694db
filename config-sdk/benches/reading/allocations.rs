//! How often a read allocates: a part of `reading` that is a program of its own, because the allocator
//! that counts is slower, and whoever allocates would be timed with it.

mod contestants;

use std::hint::black_box;

use allocation_counter::{measure, opt_out};
use config_benches::Report;

use contestants::keyed::{self, key};
use contestants::{here, paths};

const READS: usize = 1_000;

/// What is never to allocate.
const NEVER: [&str; 7] =
    [here::GET, here::WITH, here::HANDLE, here::SNAPSHOT, here::RESIDENT, keyed::PEEK, keyed::GET];

fn main() {
    let Some(mut report) = Report::begin("reading") else {
        return;
    };
    let mut all = of_blocks();
    all.extend(of_copies());
    let never = all.iter().filter(|(name, _)| NEVER.contains(name));
    let (name, most) = never.max_by(|one, other| one.1.total_cmp(&other.1)).expect("a name");
    report.figure("reading.allocations", *most, format!("the most has {name}"));
    let value = all.iter().find(|(name, _)| *name == paths::VALUE).expect("a name");
    report.figure("reading.value.allocations", value.1, paths::VALUE);
    let rows = all.into_iter().map(|(name, count)| vec![name.to_owned(), format!("{count:.1}")]);
    report.table("allocations", &["", "allocations per read"], rows.collect());
    report.end();
}

/// With an exchange between reads, where there can be one, so that the first read after it counts too.
fn of_blocks() -> Vec<(&'static str, f64)> {
    let contestants = contestants::all().into_iter();
    let count = |contestant: contestants::Contestant| {
        let mut read = (contestant.reader)(0);
        let mut write = contestant.writer.map(|writer| writer());
        black_box(read(1)); // the first one of a thread makes room for what it keeps
        let counted = measure(|| {
            for _ in 0..10 {
                black_box(read(READS / 10));
                opt_out(|| write.iter_mut().for_each(|write| write()));
            }
        });
        (contestant.name, counted.count_total as f64 / READS as f64)
    };
    contestants.map(count).collect()
}

/// Of copies that are there.
fn of_copies() -> Vec<(&'static str, f64)> {
    let keys: Vec<String> = (0..READS).map(key).collect();
    let borrowed: Vec<&str> = keys.iter().map(|key| &**key).collect();
    let count = |(name, contestant): (&'static str, Box<dyn keyed::Contestant>)| {
        contestant.read_all(&borrowed);
        let counted = measure(|| _ = black_box(contestant.read_all(&borrowed)));
        (name, counted.count_total as f64 / READS as f64)
    };
    keyed::all(&keys).into_iter().map(count).collect()
}

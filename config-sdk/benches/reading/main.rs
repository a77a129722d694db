//! What reads cost beside the cells, caches and maps that people use otherwise, with one thread and
//! with two, and how many reads of bounded keyed blocks are hits. Prints tables.
//!
//! Not a framework's, because what counts here are ratios: every figure is the median of rounds in
//! which all contestants take turns, so that whatever else the machine does falls on all of them; and
//! time is that of the thread's processor, which does not run while the thread does not.

mod blocks;
mod contestants;
mod guilds;
mod keyed;
mod ratios;
mod traces;

use config_benches::Report;

fn main() {
    let Some(mut report) = Report::begin("reading") else {
        return;
    };
    if report.wants("blocks") {
        blocks::measure(&mut report);
    }
    if report.wants("keyed") {
        keyed::measure(&mut report);
    }
    if report.wants("ratios") {
        ratios::measure(&mut report);
    }
    report.end();
}

/// How many keys there are.
const KEYS: usize = 100_000;

/// How many a cache holds at most.
const CAPACITY: usize = 10_000;

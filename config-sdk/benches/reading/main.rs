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
mod timing;
mod traces;

fn main() {
    // `cargo test --benches` runs this too; it is not a test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let chosen: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|word| word == name);
    if is_chosen("blocks") {
        blocks::print();
    }
    if is_chosen("keyed") {
        keyed::print();
    }
    if is_chosen("ratios") {
        ratios::print();
    }
}

/// How many keys there are.
const KEYS: usize = 100_000;

/// How many a cache holds at most.
const CAPACITY: usize = 10_000;

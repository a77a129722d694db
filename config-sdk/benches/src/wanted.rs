//! The figures that are wanted, each with the bound it is held to.

use crate::faults;

/// A figure that is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// What a report calls it: `reading.get`.
    pub id: &'static str,
    /// What is measured, for people.
    pub what: &'static str,
    /// What it is to reach.
    pub bound: Bound,
}

/// What a figure is to reach.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Whatever it is: people decide by it.
    Stated,
}

impl Bound {
    /// Whether `value` is within it.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
            Self::Stated => true,
        }
    }
}

/// All benchmarks, those without a figure too: `instructions` only shows a table.
pub const BENCHES: [&str; 8] =
    ["reading", "instructions", "building", "propagation", "refresh", "fleet", "warming", "faults"];

/// Which benchmark measures the figure.
///
/// # Panics
/// If no benchmark is known to.
#[must_use]
pub fn bench(id: &str) -> &'static str {
    let found = MEASURED_BY.into_iter().find(|(figures, _)| id.starts_with(figures));
    found.expect("a benchmark for each figure").1
}

/// By what the ids of figures begin with, first match first.
const MEASURED_BY: [(&str, &str); 9] = [
    ("reading.", "reading"),
    ("changing.push.", "propagation"),
    ("changing.fleet.", "fleet"),
    ("changing.keys", "warming"),
    ("changing.warm", "warming"),
    ("changing.memory", "warming"),
    ("changing.", "refresh"),
    ("failing.", "faults"),
    ("building.", "building"),
];

use Bound::{AtLeast, AtMost, Stated};

/// All of them, by what they are figures of.
pub const WANTED: [(&str, &[Wanted]); 4] = [
    ("Reading", &READING),
    ("Changing", &CHANGING),
    ("Failing", &FAILING),
    ("Building", &BUILDING),
];

const READING: [Wanted; 14] = [
    wanted(
        "reading.get",
        "`config.get::<T>()` and one field, beside a bare `ArcSwap::load`",
        AtMost(1.1),
    ),
    wanted("reading.get.threads", "the same with two threads, beside one", AtMost(1.05)),
    wanted(
        "reading.get.writer",
        "the same while a writer exchanges the block every ms, beside none",
        AtMost(1.05),
    ),
    wanted("reading.allocations", "allocations per read, of every kind of read", AtMost(0.0)),
    wanted(
        "reading.handle.cache",
        "`handle.load()` and one field, beside `arc_swap::Cache`",
        AtMost(1.2),
    ),
    wanted("reading.handle.static", "the same, beside a static reference", AtMost(2.0)),
    wanted("reading.with", "`config.with::<T>(…)`, beside a bare `ArcSwap::load`", AtMost(0.4)),
    wanted(
        "reading.resident",
        "a resident keyed read, beside 1.3 `ArcSwap::load` and a hash of the key",
        AtMost(1.0),
    ),
    wanted(
        "reading.bounded",
        "a bounded keyed hit, string key, Zipf reads, beside moka's",
        AtMost(0.25),
    ),
    wanted("reading.bounded.threads", "the same with two threads, beside one", AtMost(1.1)),
    wanted(
        "reading.bounded.hits",
        "percentage points of hits fewer than moka's, same room",
        AtMost(1.0),
    ),
    wanted(
        "reading.snapshot",
        "`config.snapshot()`, one block, one field, beside a bare `ArcSwap::load`",
        AtMost(1.5),
    ),
    wanted("reading.value", "`config.value(\"a.b\")`, beside config-rs' `get::<f64>`", AtMost(0.5)),
    wanted("reading.value.allocations", "allocations of `config.value(\"a.b\")`", Stated),
];

const CHANGING: [Wanted; 23] = [
    wanted(
        "changing.push.p50",
        "commit to readers, push, middle, beside LISTEN and one SELECT by hand",
        AtMost(1.3),
    ),
    wanted("changing.push.p99", "the same, 99 of 100", AtMost(2.0)),
    wanted(
        "changing.idle",
        "queries of an idle process, beside one a TTL and one each 10 s",
        AtMost(1.0),
    ),
    wanted("changing.start.7", "round trips of a start after connecting, 7 blocks", AtMost(4.0)),
    wanted("changing.start.100", "the same, 100 blocks", AtMost(4.0)),
    wanted(
        "changing.together.passes",
        "passes for 1,000 blocks changed in one transaction",
        AtMost(1.0),
    ),
    wanted("changing.together.queries", "queries for them", AtMost(3.0)),
    wanted(
        "changing.flood.passes",
        "passes a second at 10,000 notifications a second",
        AtMost(20.0),
    ),
    wanted("changing.flood.readers", "a read meanwhile, beside one without them", AtMost(1.05)),
    wanted("changing.flood.memory", "memory after it, beside before", AtMost(1.05)),
    wanted(
        "changing.write",
        "one plain `UPDATE` with the bookkeeping of a block's table, beside one without",
        Stated,
    ),
    // Flat is what is wanted; a quarter is for the noise of two that are measured apart.
    wanted(
        "changing.keys",
        "change of one key to readers, most keys measured, beside a thousand: flat, but for noise",
        AtMost(1.25),
    ),
    wanted("changing.keys.loaded", "keys loaded for a change of one", AtMost(1.0)),
    wanted(
        "changing.fleet.have",
        "part of the largest fleet measured that has a change, push",
        AtLeast(1.0),
    ),
    wanted("changing.fleet.p99", "seconds until 99 of 100 instances have it, push", Stated),
    wanted("changing.fleet.queries", "queries for it, all instances together, push", Stated),
    wanted(
        "changing.fleet.poll.p99",
        "seconds until 99 of 100 instances have it, polling only",
        Stated,
    ),
    wanted(
        "changing.fleet.redis.have",
        "part of the largest fleet measured that has a change, Redis as the bus",
        AtLeast(1.0),
    ),
    wanted(
        "changing.fleet.redis.p99",
        "seconds until 99 of 100 instances have it, Redis as the bus",
        Stated,
    ),
    wanted(
        "changing.warm",
        "100,000 keys warmed, beside `SELECT … = ANY($1)` decoded by hand",
        AtMost(1.5),
    ),
    wanted("changing.warm.naive", "100,000 keys one by one by hand, beside warming them", Stated),
    wanted(
        "changing.memory",
        "part by which 100,000 bounded keys take more or less memory than the byte bound counts",
        AtMost(0.1),
    ),
    wanted("changing.memory.per_key", "bytes per key, one of 100,000", Stated),
];

/// Over all faults that the fault suite makes.
const FAILING: [Wanted; 7] = [
    wanted("failing.reads", "failed reads, all faults together", AtMost(0.0)),
    wanted("failing.torn", "torn reads: halves, mixtures, steps back", AtMost(0.0)),
    wanted("failing.lost", "changes that readers lack once a fault is healed", AtMost(0.0)),
    wanted(
        "failing.noticed",
        "seconds until the state is right, the worst of all faults",
        AtMost(faults::NOTICED.as_secs_f64()),
    ),
    wanted(
        "failing.healed",
        "seconds from a fault's end until all is well, by push, without a restart, the worst",
        AtMost(faults::HEALED.as_secs_f64()),
    ),
    wanted(
        "failing.memory",
        "MiB that the process grows by, the worst",
        AtMost((faults::GROWTH >> 20) as f64),
    ),
    wanted(
        "failing.queries",
        "looks at the server, beside 20, two a change and 20 a second, the worst",
        AtMost(1.0),
    ),
];

const BUILDING: [Wanted; 5] = [
    wanted(
        "building.crates",
        "crates in a default build",
        AtMost(leading(include_str!("../../../.ci/crates"))),
    ),
    wanted(
        "building.clean",
        "clean build of a program with one block, beside bare tokio-postgres",
        AtMost(1.5),
    ),
    wanted("building.block", "ms that one 17-field block adds to `cargo check`", AtMost(100.0)),
    wanted(
        "building.block.serde",
        "the same, beside serde's derive of the same struct, the struct itself not counted",
        AtMost(2.0),
    ),
    wanted("building.binary", "MB of the stripped program with one block", Stated),
];

const fn wanted(id: &'static str, what: &'static str, bound: Bound) -> Wanted {
    Wanted { id, what, bound }
}

/// The whole number that a text begins with.
const fn leading(text: &str) -> f64 {
    let (text, mut at, mut number) = (text.as_bytes(), 0, 0_u32);
    while at < text.len() && text[at].is_ascii_digit() {
        number = 10 * number + (text[at] - b'0') as u32;
        at += 1;
    }
    assert!(at > 0, "begins with a number");
    number as f64
}

#[test]
fn every_figure_has_a_benchmark_and_every_id_is_one_figures_alone() {
    let wanted: Vec<_> = WANTED.iter().flat_map(|(_, figures)| *figures).collect();
    for one in &wanted {
        assert!(BENCHES.contains(&bench(one.id)), "{}", one.id);
        assert_eq!(wanted.iter().filter(|other| other.id == one.id).count(), 1, "{}", one.id);
    }
}

#[test]
fn the_limit_of_crates_is_the_one_that_each_change_is_held_to() {
    let limit = include_str!("../../../.ci/crates").lines().next().expect("a first line");
    let crates = BUILDING.iter().find(|wanted| wanted.id == "building.crates").expect("a figure");
    assert!(matches!(crates.bound, AtMost(most) if most.to_string() == limit));
}

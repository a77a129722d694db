//! What reads cost beside the cells, caches, maps and libraries that people use otherwise, with one
//! thread, with more, and beside a writer; and how many reads of bounded keyed blocks are hits.
//!
//! Not a framework's, because what counts here are ratios: every figure is the median of rounds in
//! which all contestants take turns, so that whatever else the machine does falls on all of them; and
//! time is that of the thread's processor, which does not run while the thread does not.
//!
//! LaunchDarkly takes part with `--features flags`.

mod blocks;
mod contestants;
mod hits;
mod keyed;
mod rounds;
mod threads;
mod traces;

use std::process::Command;

use config_benches::Report;

fn main() {
    let Some(mut report) = Report::begin("reading") else {
        return;
    };
    if report.wants("blocks") {
        blocks::measure(&mut report);
    }
    if report.wants("threads") {
        threads::measure(&mut report);
    }
    if report.wants("keyed") {
        keyed::measure(&mut report);
    }
    if report.wants("ratios") {
        hits::measure(&mut report);
    }
    if report.wants("allocations") {
        allocations(report.quick);
    }
    report.end();
}

/// Runs the program that counts them, which adds to the kept report what [`Report::end`] then keeps.
fn allocations(quick: bool) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "bench",
        "-q",
        "--manifest-path",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
    ]);
    cargo.args(["--bench", "allocations"]);
    if cfg!(feature = "flags") {
        cargo.args(["--features", "flags"]);
    }
    if quick {
        cargo.args(["--", "--quick"]);
    }
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "counting allocations failed: {cargo:?}");
}

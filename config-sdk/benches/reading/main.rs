//! What reads cost beside the cells, caches, maps and libraries that people use otherwise, with one
//! thread, with more, and beside a writer; and how many reads of bounded keyed blocks are hits.
//!
//! Not a framework's, because what counts here are ratios: every figure is the median of rounds in
//! which all contestants take turns, so that whatever else the machine does falls on all of them; and
//! time is that of the thread's processor, which does not run while the thread does not.
//!
//! Built with `--features peers`, or `--features flags`, with which LaunchDarkly takes part too.

mod blocks;
mod contestants;
mod hits;
mod keyed;
mod rounds;
mod threads;
mod traces;

use std::ffi::OsStr;
use std::process::Command;

use config_benches::Report;

fn main() {
    let Some(mut report) = Report::begin("reading") else {
        return;
    };
    if report.wants("blocks") {
        blocks::measure(&mut report);
    }
    // A plot, and no figure of the table.
    if report.wants("threads") && !report.quick {
        threads::measure(&mut report);
    }
    if report.wants("keyed") {
        keyed::measure(&mut report);
    }
    if report.wants("hits") {
        hits::measure(&mut report);
    }
    let counted = !report.wants("allocations") || allocations(report.quick);
    report.end();
    assert!(counted, "counting allocations failed: why stands above; the rest is kept");
}

/// Runs the program that counts them, which adds to the kept report what [`Report::end`] then keeps.
/// Whether that succeeded.
fn allocations(quick: bool) -> bool {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "bench",
        "-q",
        "--manifest-path",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
    ]);
    cargo.args(["--bench", "allocations"]);
    // What cargo tells this program of its package, build scripts look at: with it, what was built without
    // would be built again.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_package(name)) {
        cargo.env_remove(name);
    }
    cargo.args(["--features", if cfg!(feature = "flags") { "flags" } else { "peers" }]);
    if quick {
        cargo.args(["--", "--quick"]);
    }
    cargo.status().is_ok_and(|status| status.success())
}

fn is_of_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

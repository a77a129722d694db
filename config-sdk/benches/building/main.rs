//! What building with the library costs: crates, a clean build, a block, a binary. Prints tables.

mod check;
mod clean;
mod fields;
mod workspace;

use config_benches::Report;

fn main() {
    let Some(mut report) = Report::begin("building") else {
        return;
    };
    if report.wants("crates") {
        crates(&mut report);
    }
    if report.wants("check") {
        check::measure(&mut report);
    }
    // Minutes, so that the quick version has none of it unless it is asked for.
    let asked = std::env::args().any(|word| word == "clean");
    if asked || !report.quick && report.wants("clean") {
        clean::measure(&mut report);
    }
    report.end();
}

/// Counts them as `.ci/run crates` does.
fn crates(report: &mut Report) {
    let count = |features: &[&str]| {
        let package = ["-p", "config-sdk", "-e", "normal"];
        workspace::count_crates(workspace::root(), &[&package, features].concat())
    };
    let rows = [
        ("none", &["--no-default-features"][..]),
        ("`sqlite`", &["--no-default-features", "--features", "sqlite"]),
        ("`postgres`", &["--no-default-features", "--features", "postgres"]),
        ("those by default", &[]),
        ("all", &["--all-features"]),
    ];
    let rows = rows.map(|(what, features)| vec![what.to_owned(), count(features).to_string()]);
    report.table("crates", &["features", "crates"], rows.into());
    report.figure(
        "building.crates",
        count(&[]) as f64,
        "by `cargo tree`, the library itself among them",
    );
}

//! What the samples come to: tables, plots, and the figures that are wanted.

use config_benches::{Axis, Plot, Report, Series};

use crate::roads::Road;
use crate::sample::Times;

/// Steps of the histogram to a tenfold.
const STEPS: f64 = 16.0;

const COLUMNS: [&str; 9] = [
    "ms from commit to readers",
    "changes",
    "p50",
    "p90",
    "p99",
    "max",
    "p50 from the commit's sending",
    "p50 from the statement",
    "p99 from the statement",
];

/// The push road beside the sequence by hand.
pub(crate) fn push(report: &mut Report, push: &Road, hand: &Road) {
    report.table("push", &COLUMNS, [push, hand].map(row).to_vec());
    report.table("parts", &PARTS, [push, hand].map(parts).to_vec());
    let columns = ["server's mean ms, without parsing", "", "planning", "running"];
    report.table("statements", &columns, [push, hand].map(Road::statements).concat());
    let ends = [
        ("the commit's return", from_commit as fn(&Road) -> Times),
        ("the commit's sending", from_sending),
        ("the statement", from_statement),
    ];
    let parts = [0.5, 0.9, 0.99];
    let ratios = ends.map(|(name, from)| {
        let (ours, theirs) = (from(push), from(hand));
        let ratio = |part| format!("{:.2}", ours.at(part) / theirs.at(part));
        [name.to_owned()].into_iter().chain(parts.map(ratio)).collect()
    });
    report.table("ratios", &["beside by hand, from", "p50", "p90", "p99"], ratios.to_vec());
    let (ours, theirs) = (from_commit(push), from_commit(hand));
    for (id, part) in [("changing.push.p50", 0.5), ("changing.push.p99", 0.99)] {
        let (ours, theirs) = (ours.at(part), theirs.at(part));
        // A reader may have the value before the commit has returned.
        assert!(theirs > 0.0, "by hand takes {theirs:.3} ms from the commit's return: no ratio");
        let detail = format!("{ours:.3} ms beside {theirs:.3} ms");
        report.figure(id, ours / theirs, detail);
    }
    plot(report, "propagation_push", "From commit to readers, by push and by hand", &[push, hand]);
}

/// The other roads.
pub(crate) fn roads(report: &mut Report, roads: &[Road]) {
    report.table("roads", &COLUMNS, roads.iter().map(row).collect());
    let title = "From commit to readers, by the other roads";
    plot(report, "propagation_roads", title, &roads.iter().collect::<Vec<_>>());
}

fn row(road: &Road) -> Vec<String> {
    let (commit, sending) = (from_commit(road), from_sending(road));
    let statement = from_statement(road);
    let mut row = vec![road.name.to_owned(), road.samples.len().to_string()];
    row.extend([0.5, 0.9, 0.99, 1.0].map(|part| millis(commit.at(part))));
    row.extend([sending.at(0.5), statement.at(0.5), statement.at(0.99)].map(millis));
    row
}

const PARTS: [&str; 7] = [
    "p50 of each part, ms",
    "statement",
    "commit returned",
    "commit sent to reader asking",
    "asking to answer",
    "of it, the server plans and runs",
    "answer to reader",
];

/// Where the time goes.
fn parts(road: &Road) -> Vec<String> {
    let part = |from: fn(&crate::sample::Sample) -> u64, to: fn(&crate::sample::Sample) -> u64| {
        millis(Times::of(&road.samples, from, to).at(0.5))
    };
    vec![
        road.name.to_owned(),
        part(|sample| sample.began, |sample| sample.sent),
        part(|sample| sample.sent, |sample| sample.returned),
        part(|sample| sample.sent, |sample| sample.asked),
        part(|sample| sample.asked, |sample| sample.answered),
        format!("{} (mean)", millis(road.spent)),
        part(|sample| sample.answered, |sample| sample.seen),
    ]
}

fn from_commit(road: &Road) -> Times {
    Times::of(&road.samples, |sample| sample.returned, |sample| sample.seen)
}

fn from_sending(road: &Road) -> Times {
    Times::of(&road.samples, |sample| sample.sent, |sample| sample.seen)
}

fn from_statement(road: &Road) -> Times {
    Times::of(&road.samples, |sample| sample.began, |sample| sample.seen)
}

fn millis(time: f64) -> String {
    format!("{time:.3}")
}

fn plot(report: &mut Report, id: &str, title: &str, roads: &[&Road]) {
    let series = roads.iter().map(|road| Series {
        name: road.name.to_owned(),
        points: from_commit(road).histogram(STEPS),
    });
    report.plot(Plot {
        id: id.to_owned(),
        title: title.to_owned(),
        x: Axis { label: "ms from the commit's return to the reader".to_owned(), log: true },
        y: Axis { label: "part of all changes".to_owned(), log: false },
        series: series.collect(),
    });
}

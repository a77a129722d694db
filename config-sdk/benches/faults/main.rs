//! Makes a report of what came of each fault. `scripts/faults` calls it when the fault suite has run.

mod figures;

use std::process::ExitCode;

use config_benches::faults::Outcome;
use config_benches::{Report, folder};

/// The page that has a row for each fault of the suite, and for nothing else.
const PAGE: &str = include_str!("../../src/docs/on_call.md");

fn main() -> ExitCode {
    let outcomes = Outcome::kept(&folder(false).with_file_name("faults"));
    let missing = missing(&outcomes);
    if !missing.is_empty() {
        // The worst of the others could be taken for the worst of all.
        eprintln!(
            "Nothing is reported, because these faults did not come to their end: {}. What their tests say \
             of it stands above.",
            missing.join("; ")
        );
        return ExitCode::FAILURE;
    }
    let mut report = Report::of("faults");
    report.table("faults", &COLUMNS, outcomes.iter().map(cells).collect());
    figures::tell(&mut report, &outcomes);
    report.end();
    ExitCode::SUCCESS
}

/// The faults of the page that nothing is known to have come of.
fn missing(outcomes: &[Outcome]) -> Vec<&'static str> {
    let (_, rows) = PAGE.split_once("\n|---").expect("a table of faults");
    let faults = rows.lines().skip(1).map_while(|row| row.strip_prefix("| ")?.split(" | ").next());
    faults.filter(|fault| !outcomes.iter().any(|outcome| outcome.is_of(fault))).collect()
}

const COLUMNS: [&str; 10] = [
    "fault",
    "noticed after",
    "healed after",
    "looks",
    "changes",
    "queries",
    "connections",
    "reads",
    "worst read",
    "memory",
];

fn cells(outcome: &Outcome) -> Vec<String> {
    let noticed = outcome.noticed.map(|noticed| format!("{:.2} s", noticed.as_secs_f64()));
    vec![
        outcome.fault.clone(),
        noticed.unwrap_or_else(|| "–".to_owned()),
        format!("{:.2} s", outcome.healed.as_secs_f64()),
        outcome.looks.to_string(),
        outcome.changes.to_string(),
        outcome.queries.to_string(),
        outcome.connections.to_string(),
        outcome.reads.to_string(),
        format!("{:.2} ms", outcome.worst.as_secs_f64() * 1000.0),
        format!("+{} KiB", outcome.growth >> 10),
    ]
}

#[test]
fn a_fault_that_nothing_came_of_is_missed() {
    let outcome = |fault: &str| Outcome { fault: fault.to_owned(), ..Outcome::default() };
    let mut all: Vec<_> = missing(&[]).into_iter().map(outcome).collect();
    assert!(all.len() > 20, "{all:?}");
    assert!(missing(&all).is_empty());
    let first = all.remove(0);
    assert_eq!(missing(&all), [first.fault]);
}

//! The figures of all faults together, each naming the worst fault.

use config_benches::Report;
use config_benches::faults::Outcome;

/// Notes all of them. There is at least one outcome.
pub(crate) fn tell(report: &mut Report, outcomes: &[Outcome]) {
    let faults = format!("{} faults", outcomes.len());
    let reads = format!("{} reads, {faults}", sum(outcomes, |outcome| outcome.reads));
    let changes = format!("{} changes, {faults}", sum(outcomes, |outcome| outcome.changes));
    for (id, among, count) in [
        ("failing.reads", &reads, (|outcome| outcome.failed) as fn(&Outcome) -> u64),
        ("failing.torn", &reads, |outcome| outcome.torn),
        ("failing.lost", &changes, |outcome| outcome.lost),
    ] {
        let detail = match worst(outcomes, |outcome| count(outcome) as f64) {
            (_, 0.0) => format!("of {among}"),
            (worst, most) => format!("of {among}; {most} in {}", worst.fault),
        };
        report.figure(id, sum(outcomes, count) as f64, detail);
    }

    let shown = outcomes.iter().filter(|outcome| outcome.noticed.is_some()).count();
    let (slowest, seconds) =
        worst(outcomes, |outcome| outcome.noticed.unwrap_or_default().as_secs_f64());
    let detail = format!("{}; {faults}, {shown} of them to be noticed", slowest.fault);
    report.figure("failing.noticed", seconds, detail);

    let (slowest, seconds) = worst(outcomes, |outcome| outcome.healed.as_secs_f64());
    report.figure("failing.healed", seconds, format!("{}; {faults}", slowest.fault));

    let (largest, bytes) = worst(outcomes, |outcome| outcome.growth as f64);
    let mib = bytes / f64::from(1 << 20);
    report.figure("failing.memory", mib, format!("resident, {}; {faults}", largest.fault));

    let share = |outcome: &Outcome| outcome.looks as f64 / outcome.looks_allowed() as f64;
    let (busiest, share) = worst(outcomes, share);
    let Outcome { fault, looks, changes, .. } = busiest;
    let seconds = busiest.seconds();
    let detail = format!("{fault}: {looks} looks for {changes} changes in {seconds} s; {faults}");
    report.figure("failing.queries", share, detail);
}

fn sum(outcomes: &[Outcome], count: impl Fn(&Outcome) -> u64) -> u64 {
    outcomes.iter().map(count).sum()
}

/// The fault of which `measured` is the most, and how much that is.
fn worst(outcomes: &[Outcome], measured: impl Fn(&Outcome) -> f64) -> (&Outcome, f64) {
    let all = outcomes.iter().map(|outcome| (outcome, measured(outcome)));
    all.max_by(|(_, one), (_, other)| one.total_cmp(other)).expect("a fault")
}

#[test]
fn a_figure_is_that_of_the_worst_fault_and_names_it() {
    use std::time::Duration;

    let outcome = |fault: &str, tenths: u64, failed| Outcome {
        fault: fault.to_owned(),
        healed: Duration::from_millis(100 * tenths),
        looks: 10 * tenths,
        reads: 1000,
        failed,
        ..Outcome::default()
    };
    let mut report = Report::default();
    tell(&mut report, &[outcome("cut", 3, 2), outcome("killed", 5, 0), outcome("locked", 1, 3)]);
    let found = |id: &str| {
        let figure = report.figures.iter().find(|figure| figure.id == id).expect(id);
        (figure.value, figure.detail.as_str())
    };
    assert_eq!(found("failing.reads"), (5.0, "of 3000 reads, 3 faults; 3 in locked"));
    assert_eq!(found("failing.torn"), (0.0, "of 3000 reads, 3 faults"));
    assert_eq!(found("failing.healed"), (0.5, "killed; 3 faults"));
    let looks = "killed: 50 looks for 0 changes in 1 s; 3 faults";
    assert_eq!(found("failing.queries"), (1.25, looks));
}

#[test]
fn every_wanted_figure_of_failing_is_told() {
    let mut report = Report::default();
    tell(&mut report, &[Outcome::default()]);
    let wanted = config_benches::WANTED.iter().flat_map(|(_, figures)| *figures);
    let wanted = wanted.filter(|wanted| config_benches::bench(wanted.id) == "faults");
    let mut wanted: Vec<_> = wanted.map(|wanted| wanted.id).collect();
    let mut told: Vec<_> = report.figures.iter().map(|figure| figure.id.as_str()).collect();
    wanted.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, wanted);
}

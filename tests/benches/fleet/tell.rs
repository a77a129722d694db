//! Tables, figures and plots of what was found.

use config_benches::{Axis, Plot, Report, Series};

use crate::stage::Road;
use crate::trial::{Change, Found, PATIENCE, Storm};

pub(crate) fn tell(report: &mut Report, found: &[Found], storms: &[Storm]) {
    report.table(
        "fleet",
        &[
            "road",
            "instances",
            "have it",
            "p50 ms",
            "p99 ms",
            "last ms",
            "writer waits ms",
            "questions",
            "Postgres ms",
            "pooler ms",
            "Redis ms",
            "sessions",
            "server MB",
        ],
        found.iter().map(of_changes).collect(),
    );
    report.table(
        "starts",
        &[
            "road",
            "instances",
            "seconds",
            "values, p50 ms",
            "p99 ms",
            "hears, p50 ms",
            "p99 ms",
            "statements a start",
            "Postgres ms a start",
            "pooler ms a start",
        ],
        found.iter().map(of_starts).collect(),
    );
    report.table(
        "rest",
        &[
            "road",
            "instances",
            "TTL s",
            "polls a second",
            "heartbeats a second",
            "other statements",
            "µs of Postgres a question",
            "Postgres %",
            "pooler %",
            "Redis %",
        ],
        found.iter().filter_map(at_rest).collect(),
    );
    report.table(
        "storm",
        &[
            "road",
            "instances",
            "listen again",
            "p50 ms",
            "last ms",
            "deaf for now",
            "statements",
            "Postgres ms",
            "of it a session",
        ],
        storms.iter().map(after_storm).collect(),
    );
    report.table(
        "wake",
        &["listening", "µs of Postgres for each, woken for nothing", "ms for all"],
        found.iter().filter_map(of_waking).collect(),
    );
    figures(report, found);
    plot(
        report,
        found,
        "fleet_last_by_instances",
        "When the last of all instances has a change",
        "ms after the change was sent",
        |found| found.change.last,
    );
    plot(
        report,
        found,
        "fleet_processor_by_instances",
        "What a change costs the Postgres server",
        "ms of its processors",
        |found| found.change.postgres * 1e3,
    );
}

fn of_changes(found: &Found) -> Vec<String> {
    let Found { change, connections, megabytes, .. } = found;
    let ms = |value: f64| match value.is_finite() {
        true => format!("{value:.1}"),
        false => "not while watched".to_owned(),
    };
    let mut row = named(found);
    row.push(change.have.to_string());
    row.extend([change.p50, change.p99, change.last, change.statement].map(ms));
    row.push(format!("{:.0}", change.read));
    row.extend([change.postgres, change.pooler, change.redis].map(|seconds| ms(seconds * 1e3)));
    row.extend([connections.to_string(), format!("{megabytes:.0}")]);
    row
}

fn of_starts(found: &Found) -> Vec<String> {
    let (wave, used, (added, _)) = (&found.wave, &found.starts, found.starts());
    let at = |sorted: &[f64], hundredths: usize| {
        sorted.get((sorted.len() * hundredths).div_ceil(100).saturating_sub(1)).copied()
    };
    let ms = |value: Option<f64>| format!("{:.1}", value.unwrap_or(f64::INFINITY));
    // What the others asked meanwhile is none of it: each start asks once, or twice and proves once.
    let (asks, proves) = if found.road.all_listen() { (2.0, 1.0) } else { (1.0, 0.0) };
    let others = (used.asked - asks * added).max(0.0) + (used.pulses - proves * added).max(0.0);
    vec![
        found.road.name().to_owned(),
        format!("{} to {}", wave.before, wave.after),
        format!("{:.1}", wave.took.as_secs_f64()),
        ms(at(&wave.started, 50)),
        ms(at(&wave.started, 99)),
        ms(at(&wave.stands, 50)),
        ms(at(&wave.stands, 99)),
        format!("{:.1}", (used.statements - others) / added),
        format!("{:.1}", used.spent.postgres * 1e3 / added),
        format!("{:.1}", used.spent.pooler * 1e3 / added),
    ]
}

fn at_rest(found: &Found) -> Option<Vec<String>> {
    let rest = found.rest?;
    let (each, spent) = (|count: f64| format!("{:.1}", count / rest.seconds), rest.spent);
    let mut row = named(found);
    row.extend([found.ttl.to_string(), each(rest.asked), each(rest.pulses)]);
    row.push((rest.statements - rest.asked - rest.pulses).to_string());
    row.push(format!("{:.0}", spent.postgres * 1e6 / (rest.asked + rest.pulses)));
    row.extend([spent.postgres, spent.pooler, spent.redis].map(|seconds| each(seconds * 100.0)));
    Some(row)
}

fn after_storm(storm: &Storm) -> Vec<String> {
    let Storm { road, instances, back, p50, last, deaf, used } = storm;
    vec![
        road.name().to_owned(),
        instances.to_string(),
        back.to_string(),
        within(*p50),
        within(*last),
        deaf.to_string(),
        used.statements.to_string(),
        format!("{:.0}", used.spent.postgres * 1e3),
        format!("{:.1}", used.spent.postgres * 1e3 / road.connections(*instances)),
    ]
}

/// Milliseconds, where it was so soon.
fn within(ms: f64) -> String {
    if ms.is_finite() { format!("{ms:.0}") } else { "not while watched".to_owned() }
}

fn of_waking(found: &Found) -> Option<Vec<String>> {
    let wake = found.wake?;
    let listening = found.road.listening(found.instances);
    let all = format!("{:.1}", wake * listening * 1e3);
    Some(vec![listening.to_string(), format!("{:.1}", wake * 1e6), all])
}

fn named(found: &Found) -> Vec<String> {
    vec![found.road.name().to_owned(), found.instances.to_string()]
}

fn figures(report: &mut Report, found: &[Found]) {
    // A report holds no endless number.
    let p99 = |change: &Change| change.p99.min(PATIENCE.as_secs_f64() * 1e3) / 1e3;
    let last = |change: &Change| match change.last.is_finite() {
        true => format!("{:.1} ms the last", change.last),
        false => format!("the last not within {PATIENCE:?}"),
    };
    let most = |road| found.iter().rev().find(|found| found.road == road);
    if let Some(Found { instances, change, .. }) = most(Road::Push) {
        let detail = format!("{} of {instances} instances", change.have);
        report.figure("changing.fleet.have", change.have / instances, detail);
        let detail = format!("{instances} instances, {}", last(change));
        report.figure("changing.fleet.p99", p99(change), detail);
        let detail = format!("{instances} instances; each asks once");
        report.figure("changing.fleet.queries", change.read, detail);
    }
    if let Some(Found { instances, change, ttl, .. }) = most(Road::Poll) {
        let detail = format!("{instances} instances, a time to live of {ttl} s");
        report.figure("changing.fleet.poll.p99", p99(change), detail);
    }
    if let Some(Found { instances, change, .. }) = most(Road::Redis) {
        let detail = format!("{} of {instances} instances", change.have);
        report.figure("changing.fleet.redis.have", change.have / instances, detail);
        let detail = format!("{instances} instances, {}", last(change));
        report.figure("changing.fleet.redis.p99", p99(change), detail);
    }
}

fn plot(
    report: &mut Report,
    found: &[Found],
    id: &str,
    title: &str,
    label: &str,
    value: fn(&Found) -> f64,
) {
    let points = |road| {
        let of_road = found.iter().filter(move |found| found.road == road);
        let points = of_road.map(|found| (found.instances, value(found)));
        points.filter(|(_, value)| value.is_finite()).collect::<Vec<_>>()
    };
    let series =
        Road::ALL.map(|road| Series { name: road.name().to_owned(), points: points(road) });
    report.plot(Plot {
        id: id.to_owned(),
        title: title.to_owned(),
        x: Axis { label: "instances".to_owned(), log: true },
        y: Axis { label: label.to_owned(), log: true },
        series: series.into_iter().filter(|series| !series.points.is_empty()).collect(),
    });
}

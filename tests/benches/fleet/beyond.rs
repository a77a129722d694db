//! Tables of the model: beside what was measured, and beyond it.

use config_benches::Report;

use crate::model::{self, Model};
use crate::stage::Road;
use crate::trial::Found;
use crate::wire::Wire;

/// Sizes that no machine here holds, and how often their instances poll.
const LARGE: [(f64, f64); 3] = [(10_000.0, 60.0), (100_000.0, 60.0), (100_000.0, 300.0)];
/// Processors of the server that those are reckoned for.
const PROCESSORS: f64 = 8.0;

/// The model beside what was measured, and beyond it.
pub(crate) fn tell(report: &mut Report, found: &[Found], wire: Wire) {
    let models: Vec<_> = Road::ALL.iter().filter_map(|road| Model::of(*road, found)).collect();
    let beside = found.iter().filter_map(|found| {
        let model = models.iter().find(|model| model.road == found.road)?;
        let (need, rest) = (model.at(found.instances, found.ttl), found.rest);
        let (starts, woken) = found.starts();
        let both = |predicted: f64, measured: f64| format!("{predicted:.0} / {measured:.0}");
        Some(vec![
            found.road.name().to_owned(),
            found.instances.to_string(),
            both(need.sessions, found.connections),
            both(need.megabytes, found.megabytes),
            rest.map_or_else(String::new, |rest| {
                both(need.at_rest, (rest.asked + rest.pulses) / rest.seconds)
            }),
            both(need.questions, found.change.read),
            both(need.change * 1e3, found.change.postgres * 1e3),
            both(need.last, found.change.last),
            both(model.starting(starts, woken) * 1e3, found.starts.spent.postgres * 1e3),
        ])
    });
    report.table(
        "model",
        &[
            "predicted / measured",
            "instances",
            "sessions",
            "server MB",
            "questions a second at rest",
            "questions for a change",
            "Postgres ms for it",
            "last ms",
            "Postgres ms of starts",
        ],
        beside.collect(),
    );
    let large = LARGE.iter().flat_map(|(instances, ttl)| {
        models.iter().map(move |model| {
            let (instances, need) = (*instances, model.at(*instances, *ttl));
            let last = match model.road {
                Road::Poll => need.last / 1e3,
                _ => (need.change / PROCESSORS).max(need.pooled),
            };
            let starting = model.starting(instances, model::pairs(model.road, 0.0, instances));
            vec![
                format!("{instances}"),
                format!("{ttl}"),
                model.road.name().to_owned(),
                format!("{:.0}", need.sessions),
                format!("{:.1}", need.megabytes / 1024.0),
                format!("{:.0}", need.at_rest),
                format!("{:.2}", need.rest),
                format!("{:.0}", need.wakes),
                format!("{:.1}", need.change),
                format!("{:.1}", need.pooled),
                format!("{last:.1}"),
                format!("{starting:.0}"),
                format!("{:.1}", instances * wire.change / 1e6),
                format!("{:.1}", instances / ttl * wire.poll / 1e3),
            ]
        })
    });
    report.table(
        "large",
        &[
            "instances",
            "TTL s",
            "road",
            "sessions",
            "server GB",
            "questions a second at rest",
            "processors at rest",
            "woken by a change",
            "processor s for it",
            "pooler s",
            "last s, 8 processors",
            "processor s to start all",
            "MB sent for a change",
            "kB a second at rest",
        ],
        large.collect(),
    );
    let row = [wire.start, wire.poll, wire.change].map(|bytes| format!("{bytes:.0}"));
    report.table("wire", &["bytes of a start", "a poll", "a change"], vec![row.to_vec()]);
}

//! Many instances on one Postgres, and one change: how long until the last has it, what it costs the
//! servers, and what that means for more of them than a machine holds.
//!
//! The program runs itself as its instances' processes: each instance is a `Config` with connections and
//! a task of its own. Instances and servers share this machine, so the milliseconds are those of both;
//! the servers' own processor time is counted apart.

mod beyond;
mod crew;
mod fleet;
mod meter;
mod model;
mod stage;
mod tell;
mod trial;
mod wire;

use config_benches::Report;

use crate::stage::Road;

fn main() {
    if std::env::args().any(|argument| argument == crew::CREW) {
        return crew::serve();
    }
    let Some(mut report) = Report::begin("fleet") else {
        return;
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime").block_on(measure(&mut report));
    report.end();
}

async fn measure(report: &mut Report) {
    let sizes: &[usize] = report.size(&[10, 100], &[10, 100, 300, 1000]);
    let (mut found, mut storms) = (Vec::new(), Vec::new());
    for road in Road::ALL {
        // The quick version leaves out what lies between two others.
        if report.wants(road.name()) && !(report.quick && road == Road::Pooled) {
            let (more, storm) = trial::measure(road, sizes, report).await;
            found.extend(more);
            storms.extend(storm);
        }
    }
    tell::tell(report, &found, &storms);
    beyond::tell(report, &found, wire::measure().await);
}

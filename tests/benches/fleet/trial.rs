//! One road measured from a few instances to many: starts, rest, and changes.

use std::time::Duration;

use config_benches::{Report, median};
use config_tests::counted::now;

use crate::fleet::{Fleet, Wave};
use crate::meter::{Meter, Used};
use crate::stage::{Road, Stage};

/// Longer than a change takes that arrives at all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How long it is watched how a fleet comes back.
const CALMS: Duration = Duration::from_secs(90);
/// Time for what a change still makes servers do when everybody has it.
const SETTLES: Duration = Duration::from_millis(200);
/// As long as it takes until each listening connection has proved once that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often somebody notifies, and the pause between.
const WAKES: usize = 20;
const BETWEEN: Duration = Duration::from_millis(20);

/// What was measured with a number of instances.
pub(crate) struct Found {
    pub(crate) road: Road,
    pub(crate) instances: f64,
    /// Seconds between two polls of an instance.
    pub(crate) ttl: f64,
    pub(crate) wave: Wave,
    /// What the wave of starts cost.
    pub(crate) starts: Used,
    /// What a while without a change cost.
    pub(crate) rest: Option<Used>,
    pub(crate) connections: f64,
    pub(crate) megabytes: f64,
    /// Seconds of the server's processors for each session that listens, when anything at all is notified.
    pub(crate) wake: Option<f64>,
    pub(crate) change: Change,
}

/// What followed when all sessions were ended at once.
pub(crate) struct Storm {
    pub(crate) road: Road,
    pub(crate) instances: f64,
    /// How many listened again, and after how many milliseconds half of all instances and the last one did;
    /// endless if they did not while it was watched.
    pub(crate) back: f64,
    pub(crate) p50: f64,
    pub(crate) last: f64,
    /// How many took themselves for deaf meanwhile, as behind a pooler, and wait for five minutes.
    pub(crate) deaf: f64,
    pub(crate) used: Used,
}

/// What came of changes: the middle of several.
#[derive(Default)]
pub(crate) struct Change {
    /// How many instances had the one that fewest had.
    pub(crate) have: f64,
    /// Milliseconds that whoever changes waits for the statement.
    pub(crate) statement: f64,
    /// Milliseconds after it was sent until half of all instances, 99 of 100, the last one had it; endless if
    /// they did not while it was watched.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) last: f64,
    /// Questions for it that read rows, all instances together.
    pub(crate) read: f64,
    /// Seconds of processors that servers spent on it, without what they spend in any case.
    pub(crate) postgres: f64,
    pub(crate) pooler: f64,
    pub(crate) redis: f64,
}

/// Measures `road` with each of `sizes`.
pub(crate) async fn measure(
    road: Road,
    sizes: &[usize],
    report: &Report,
) -> (Vec<Found>, Option<Storm>) {
    let ttl = Duration::from_secs(report.size(1, 5));
    let most = sizes.last().copied().unwrap_or_default();
    let stage = Stage::new(road, ttl, most).await;
    let (mut meter, mut fleet) = (Meter::of(&stage).await, Fleet::new());
    let mut found = Vec::new();
    let mut last_change = 0;
    for &size in sizes {
        meter.begin().await;
        let wave = fleet.grow(&stage.orders(size - fleet.size, fleet.size == 0));
        let starts = meter.end().await;
        // The quick version waits once only.
        let rest = match report.quick && size != most {
            true => None,
            false => Some(rest(road, ttl, &mut meter).await),
        };
        let wake = match road {
            Road::Push => Some(wake(&stage, &mut meter, rest.as_ref(), size).await),
            _ => None,
        };
        let connections = meter.connections().await;
        let rounds = if road == Road::Poll { report.size(2, 3) } else { report.size(3, 7) };
        let mut changes = Vec::new();
        for _ in 0..rounds {
            last_change += 1;
            changes.push(change(&stage, &fleet, &mut meter, last_change, rest.as_ref()).await);
        }
        found.push(Found {
            road,
            instances: size as f64,
            ttl: ttl.as_secs_f64(),
            wave,
            starts,
            rest,
            connections,
            wake,
            megabytes: meter.megabytes(),
            change: middle(&changes),
        });
        let Found { change, starts, .. } = found.last().expect("one");
        println!(
            "{} {size}: {} s of starts, last has a change after {:.0} ms",
            road.name(),
            starts.seconds.round(),
            change.last
        );
    }
    let storm = match road {
        Road::Push | Road::Pooled => Some(storm(&stage, &fleet, &mut meter).await),
        _ => None,
    };
    (found, storm)
}

/// What it costs each of `listening` sessions that somebody notifies anybody of anything: all of a
/// database are woken, whatever they listen to.
async fn wake(stage: &Stage, meter: &mut Meter<'_>, rest: Option<&Used>, listening: usize) -> f64 {
    let client = stage.database.client().await;
    meter.begin().await;
    for _ in 0..WAKES {
        client.batch_execute("notify nobody").await.expect("a notification");
        tokio::time::sleep(BETWEEN).await;
    }
    let used = meter.end().await;
    let idle = rest.map_or(0.0, |rest| rest.spent.postgres / rest.seconds * used.seconds);
    (used.spent.postgres - idle).max(0.0) / WAKES as f64 / listening as f64
}

/// All sessions end at the same moment, as when a server is restarted.
async fn storm(stage: &Stage, fleet: &Fleet, meter: &mut Meter<'_>) -> Storm {
    meter.begin().await;
    let began = now();
    stage.database.terminate_backends();
    let (back, deaf) = fleet.listen_again(fleet.size, began, CALMS);
    let used = meter.end().await;
    Storm {
        road: stage.road,
        instances: fleet.size as f64,
        back: back.len() as f64,
        deaf: deaf as f64,
        p50: at(&back, fleet.size, 0.5),
        last: at(&back, fleet.size, 1.0),
        used,
    }
}

/// What the servers do while nothing changes.
async fn rest(road: Road, ttl: Duration, meter: &mut Meter<'_>) -> Used {
    meter.begin().await;
    let whole = if road.all_listen() { ttl.max(HEARTBEAT) } else { ttl * 2 };
    tokio::time::sleep(whole).await;
    meter.end().await
}

/// One change, from its commit until everybody has it.
async fn change(
    stage: &Stage,
    fleet: &Fleet,
    meter: &mut Meter<'_>,
    number: u32,
    rest: Option<&Used>,
) -> Change {
    let client = stage.database.client().await;
    let update = format!("update fleet_config set change = {number} where status = 'active'");
    meter.begin().await;
    let sent = now();
    client.batch_execute(&update).await.expect("a change");
    let statement = (now() - sent) as f64 / 1e6;
    let seen = fleet.see(number, sent, PATIENCE);
    tokio::time::sleep(SETTLES).await;
    let used = meter.end().await;
    let at = |part| at(&seen, fleet.size, part);
    let (spent, idle) = (used.spent, rest.map(|rest| (rest.spent, used.seconds / rest.seconds)));
    let beyond = |spent: f64, idle: Option<f64>| (spent - idle.unwrap_or_default()).max(0.0);
    Change {
        have: seen.len() as f64,
        statement,
        p50: at(0.5),
        p99: at(0.99),
        last: at(1.0),
        read: used.read,
        postgres: beyond(spent.postgres, idle.map(|(idle, part)| idle.postgres * part)),
        pooler: beyond(spent.pooler, idle.map(|(idle, part)| idle.pooler * part)),
        redis: beyond(spent.redis, idle.map(|(idle, part)| idle.redis * part)),
    }
}

/// When this part of all `instances` had it, those included that never did.
fn at(sorted: &[f64], instances: usize, part: f64) -> f64 {
    let place = (instances as f64 * part).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or(f64::INFINITY)
}

fn middle(changes: &[Change]) -> Change {
    let of = |value: fn(&Change) -> f64| median(changes.iter().map(value).collect());
    Change {
        have: changes.iter().map(|change| change.have).fold(f64::INFINITY, f64::min),
        statement: of(|change| change.statement),
        p50: of(|change| change.p50),
        p99: of(|change| change.p99),
        last: of(|change| change.last),
        read: of(|change| change.read),
        postgres: of(|change| change.postgres),
        pooler: of(|change| change.pooler),
        redis: of(|change| change.redis),
    }
}

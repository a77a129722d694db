//! What a fleet of any size needs, from what the smallest and the second largest of the measured ones did:
//! so the largest one tests it.

use crate::stage::Road;
use crate::trial::Found;

/// Seconds between two proofs that a listening connection is alive.
const HEARTBEAT: f64 = 10.0;
/// How much later than its time to live a poll may come.
const JITTER: f64 = 1.1;

/// What one road costs; seconds are those of the server's processors.
pub(crate) struct Model {
    pub(crate) road: Road,
    /// Of a question at rest.
    rest: f64,
    /// Of a change: with no instance, and of each.
    change: Line,
    /// The same of the pooler, which has one processor only.
    pooled: Line,
    /// Of a start, without what it wakes.
    start: f64,
    /// Of a listening session that is woken for nothing: each start wakes all there are.
    wake: f64,
    /// Milliseconds until the last has a change.
    last: Line,
    /// Megabytes of the server without sessions, and for each.
    server: f64,
    session: f64,
}

/// What grows with the instances by as much for each.
struct Line {
    none: f64,
    each: f64,
}

/// What a fleet needs.
pub(crate) struct Need {
    pub(crate) sessions: f64,
    pub(crate) megabytes: f64,
    /// Questions a second while nothing changes, and the processors busy with them.
    pub(crate) at_rest: f64,
    pub(crate) rest: f64,
    /// Questions for a change, and sessions that it wakes.
    pub(crate) questions: f64,
    pub(crate) wakes: f64,
    /// Seconds for a change: the server's processors, and the pooler's only one.
    pub(crate) change: f64,
    pub(crate) pooled: f64,
    /// Milliseconds until the last has it, on the machine that was measured.
    pub(crate) last: f64,
}

impl Model {
    /// The road's, from everything that was `found`; `None` if too little of the road was.
    pub(crate) fn of(road: Road, found: &[Found]) -> Option<Self> {
        let all: Vec<_> = found.iter().filter(|found| found.road == road).collect();
        let (first, base) = ends(&all)?;
        let rest = [base].into_iter().chain(all.iter().copied()).find_map(|found| found.rest)?;
        let rest = rest.spent.postgres / (rest.asked + rest.pulses);
        // Sessions and waking cost the same on each road, and only this one has many of them.
        let push: Vec<_> = found.iter().filter(|found| found.road == Road::Push).collect();
        let push = ends(&push);
        let wake = push.filter(|_| road.all_listen()).and_then(|(_, many)| many.wake);
        let session = |(few, many): (&Found, &Found)| {
            (many.megabytes - few.megabytes) / (many.connections - few.connections)
        };
        let (wake, session) = (wake.unwrap_or_default(), push.map_or(0.0, session));
        let (added, woken) = base.starts();
        let others = base.starts.asked + base.starts.pulses
            - added * if road.all_listen() { 3.0 } else { 1.0 };
        let start = base.starts.spent.postgres - others.max(0.0) * rest - woken * wake;
        let line = |value: fn(&Found) -> f64| Line::through(first, base, value);
        Some(Self {
            road,
            rest,
            change: line(|found| found.change.postgres),
            pooled: line(|found| found.change.pooler),
            start: start.max(0.0) / added,
            wake,
            last: line(|found| found.change.last),
            server: first.megabytes - first.connections * session,
            session,
        })
    }

    /// What `instances` need that poll every `ttl` seconds.
    pub(crate) fn at(&self, instances: f64, ttl: f64) -> Need {
        let (sessions, listening) =
            (self.road.connections(instances), self.road.listening(instances));
        let at_rest = instances / ttl + listening / HEARTBEAT;
        Need {
            sessions,
            megabytes: self.server + sessions * self.session,
            at_rest,
            rest: at_rest * self.rest,
            questions: instances,
            wakes: listening,
            change: self.change.at(instances),
            pooled: self.pooled.at(instances),
            last: match self.road {
                Road::Poll => ttl * JITTER * 1e3,
                _ => self.last.at(instances),
            },
        }
    }

    /// Seconds of the server's processors for so many starts, which wake `woken` sessions.
    pub(crate) fn starting(&self, starts: f64, woken: f64) -> f64 {
        starts * self.start + woken * self.wake
    }
}

/// The smallest, and the second largest; with two sizes there is none to test.
fn ends<'a>(found: &[&'a Found]) -> Option<(&'a Found, &'a Found)> {
    let [first, .., last] = *found else { return None };
    let second = found.iter().rev().nth(1).filter(|_| found.len() > 2);
    Some((first, second.copied().unwrap_or(last)))
}

impl Line {
    fn through(few: &Found, many: &Found, value: fn(&Found) -> f64) -> Self {
        let each = (value(many) - value(few)) / (many.instances - few.instances);
        Self { none: value(few) - each * few.instances, each }
    }

    fn at(&self, instances: f64) -> f64 {
        (self.none + self.each * instances).max(0.0)
    }
}

impl Found {
    /// How many started in the wave, and how many listening sessions they woke, one after the other.
    pub(crate) fn starts(&self) -> (f64, f64) {
        let added = (self.wave.after - self.wave.before) as f64;
        (added, pairs(self.road, self.wave.before as f64, added))
    }
}

/// How many listening sessions are woken by `added` starts after `before`.
pub(crate) fn pairs(road: Road, before: f64, added: f64) -> f64 {
    if road.all_listen() { added * (before + added / 2.0) } else { 0.0 }
}

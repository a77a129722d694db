//! One fault from its beginning until nothing is left of it, with a clock and the bounds it must keep.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use config_sdk::{KeptState, PushState, Status, StoreState};
use config_tests::wait;

use crate::on_call::Quotes;
use crate::report::{self, Row};
use crate::stage::{SOON, Stage, is_well};
use crate::writer::{Pause, stored};

/// By when the state must be right.
const NOTICED: Duration = Duration::from_secs(20);
/// By when readers must have what is committed, and the state be well again, after the fault's end.
const HEALED: Duration = Duration::from_secs(2);
/// No read waits for the network, whose every deadline is longer; the scheduler takes its time.
const WORST: Duration = Duration::from_millis(500);
/// What the process may grow by for each trial that goes on meanwhile.
const GROWTH: u64 = 64 << 20;

/// How many trials have begun in this process, and how many have ended.
static BEGUN: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);

/// A fault that is going on.
pub(crate) struct Trial {
    stage: Stage,
    fault: &'static str,
    /// What the page for whoever is on call says of it.
    quotes: Quotes,
    /// From where on the program's log is about it.
    mark: usize,
    began: Instant,
    time: SystemTime,
    /// How many trials had ended before.
    ended: u64,
    detected: Option<Duration>,
    memory: u64,
    epoch: u64,
    commits: i64,
    connections: usize,
    pauses: Vec<Pause>,
}

impl Trial {
    /// The fault begins now.
    pub(crate) fn begin(stage: Stage, fault: &'static str) -> Self {
        stage.database.reset_queries();
        let (commits, connections) = (stage.writer.commits(), stage.proxy.accepted());
        let epoch = stage.config.status().epoch;
        let ended = ENDED.load(Ordering::SeqCst);
        BEGUN.fetch_add(1, Ordering::SeqCst);
        let (memory, mark) = (report::memory(), stage.program.mark());
        Self {
            stage,
            fault,
            quotes: Quotes::of(fault),
            mark,
            began: Instant::now(),
            time: SystemTime::now(),
            ended,
            detected: None,
            memory,
            epoch,
            commits,
            connections,
            pauses: Vec::new(),
        }
    }

    pub(crate) fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Nobody writes until the fault has ended and is healed; returns a number that nobody has used.
    pub(crate) async fn pause(&mut self) -> i64 {
        self.pauses.push(self.stage.writer.pause().await);
        self.stage.writer.number()
    }

    /// Lets readers have everything that is committed, and nobody write until what this returns is
    /// dropped: a fault that takes one of two blocks away must not come between a change and its readers.
    pub(crate) async fn calm(&self) -> Pause {
        let pause = self.stage.writer.pause().await;
        let stored = stored(&self.stage.database);
        wait::until("all that is committed", SOON, || async {
            let newest = self.stage.readers.newest();
            if newest == stored { Ok(()) } else { Err((newest, stored)) }
        })
        .await;
        pause
    }

    /// Waits until the state shows the fault, and whoever is on call finds said what the page says.
    pub(crate) async fn noticed(&mut self, what: &str, holds: impl Fn(&Status) -> bool) {
        wait::until(what, NOTICED, || async {
            let status = self.stage.config.status();
            if holds(&status) { Ok(()) } else { Err(status) }
        })
        .await;
        self.detected = Some(self.began.elapsed());
        wait::until("what the page quotes", SOON, || async {
            let (status, log) = (self.stage.config.status(), self.said());
            let unsaid = self.quotes.unsaid(&status.to_string(), &log);
            let undated = dates(&status).filter(|date| *date < self.time).count();
            let is_said = unsaid.is_empty() && undated == 0;
            if is_said { Ok(()) } else { Err(format!("{unsaid:?} not in\n{status}\n{log}")) }
        })
        .await;
    }

    /// What the program has logged since the fault began.
    fn said(&self) -> String {
        self.stage.program.said_since(self.mark)
    }

    /// The fault ended now: nothing must be left of it within two seconds, and nothing of it must
    /// have been seen by any reader.
    pub(crate) async fn healed(self) {
        self.healed_when(|_| true).await;
    }

    /// The same, where something is to be made good that readers do not see; `holds` is given the
    /// number that the store holds.
    ///
    /// Nobody writes meanwhile: what was lost on the way has to be found, not overtaken.
    pub(crate) async fn healed_when(self, holds: impl Fn(i64) -> bool) {
        let ended = Instant::now();
        let Stage { config, database, proxy, writer, readers, .. } = &self.stage;
        let pause = writer.pause().await;
        let stored = stored(database);
        wait::until(self.fault, SOON, || async {
            let (newest, status) = (readers.newest(), config.status());
            let healed = newest == stored && is_well(&status) && holds(stored);
            if healed { Ok(()) } else { Err((newest, stored, status)) }
        })
        .await;
        let (healed, took) = (ended.elapsed(), self.began.elapsed());
        wait::until("what the page quotes", SOON, || async {
            let log = self.said();
            let unsaid = self.quotes.unsaid_at_the_end(&log);
            if unsaid.is_empty() { Ok(()) } else { Err(format!("{unsaid:?} not in\n{log}")) }
        })
        .await;

        drop((pause, self.pauses));
        wait::until("more changes", SOON, || async { readers.newest() > stored + 3 }).await;
        readers.allow_apart(false);
        let pause = writer.pause().await;
        let last = writer.committed();
        wait::until("the last change", SOON, || async {
            let newest = readers.newest();
            if newest == last { Ok(()) } else { Err((newest, last)) }
        })
        .await;
        let commits = (writer.commits() - self.commits).unsigned_abs();
        // The writer's and those of other hands; a backup begins to count anew.
        let changes = commits.max(config.status().epoch.saturating_sub(self.epoch));
        let connections = proxy.accepted() - self.connections;
        let count = |pattern: &str| report::queries(database, &self.stage.role, pattern);
        let (queries, looks) = (count("%"), count("%config_sdk.epoch%"));
        let growth = report::memory().saturating_sub(self.memory);
        let trials = BEGUN.load(Ordering::SeqCst) - self.ended;
        ENDED.fetch_add(1, Ordering::SeqCst);
        config.shutdown().await;
        drop(pause);

        let seen = self.stage.readers.finish();
        let row = Row {
            fault: self.fault,
            detected: self.detected,
            healed,
            looks,
            queries,
            connections,
            changes,
            reads: seen.reads,
            worst: seen.worst,
            growth,
        };
        row.write();
        assert_eq!((seen.failed, seen.torn), (0, Vec::new()));
        assert!(seen.reads > 1000, "too few reads to tell: {row:?}");
        assert!(healed <= HEALED, "{row:?}");
        assert!(seen.worst <= WORST, "{row:?}");
        assert!(growth <= GROWTH * trials, "{row:?} beside {trials} trials");
        let seconds = took.as_secs() + 1;
        assert!(looks <= 20 + 2 * changes + 20 * seconds, "a storm: {row:?}");
        assert!(connections as u64 <= 10 + 4 * seconds, "a storm of connections: {row:?}");
    }
}

/// Since when what is wrong is said to be.
fn dates(status: &Status) -> impl Iterator<Item = SystemTime> {
    let store = match status.store {
        StoreState::Unreachable { since, .. } => Some(since),
        _ => None,
    };
    let push = match status.push {
        PushState::Disconnected { since } => Some(since),
        _ => None,
    };
    let kept = match status.kept {
        KeptState::Failing { since, .. } => Some(since),
        _ => None,
    };
    let blocks = status.blocks.iter().map(|block| block.trouble_since);
    blocks.chain([store, push, kept]).flatten()
}

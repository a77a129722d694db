//! One fault from its beginning until nothing is left of it, with a clock and the bounds it must keep.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use config_benches::faults::{GROWTH, HEALED, NOTICED, Outcome};
use config_sdk::{KeptState, PushState, Status, StoreState};
use config_tests::wait;
use tokio::time::sleep;

use crate::on_call::Quotes;
use crate::report;
use crate::stage::{SOON, Stage, is_well};
use crate::writer::{Pause, stored};

/// No read waits for the network, whose every deadline is longer; the scheduler takes its time.
const WORST: Duration = Duration::from_millis(500);

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
    noticed: Option<Duration>,
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
            noticed: None,
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
        // For longer than is allowed, so that it is known how much too late it was.
        wait::until(what, NOTICED + SOON, || async {
            let status = self.stage.config.status();
            if holds(&status) { Ok(()) } else { Err(status) }
        })
        .await;
        self.noticed = Some(self.began.elapsed());
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
        let has_all = || readers.newest() == stored;
        let is_healed = comes_to(|| has_all() && is_well(&config.status()) && holds(stored)).await;
        let (healed, length) = (ended.elapsed(), self.began.elapsed());
        let lost = stored.abs_diff(readers.newest());
        if is_healed {
            wait::until("what the page quotes", SOON, || async {
                let log = self.said();
                let unsaid = self.quotes.unsaid_at_the_end(&log);
                if unsaid.is_empty() { Ok(()) } else { Err(format!("{unsaid:?} not in\n{log}")) }
            })
            .await;
        } else {
            println!("{} is not healed: {stored} is stored, {}", self.fault, config.status());
        }

        drop((pause, self.pauses));
        wait::until("more changes", SOON, || async { writer.committed() > stored + 3 }).await;
        comes_to(|| readers.newest() > stored + 3).await;
        readers.allow_apart(false);
        let pause = writer.pause().await;
        let last = writer.committed();
        comes_to(|| readers.newest() == last).await;
        let lost = lost.max(last.abs_diff(readers.newest()));
        let commits = (writer.commits() - self.commits).unsigned_abs();
        // The writer's and those of other hands; a backup begins to count anew.
        let changes = commits.max(config.status().epoch.saturating_sub(self.epoch));
        let connections = (proxy.accepted() - self.connections) as u64;
        let count = |pattern: &str| report::queries(database, &self.stage.role, pattern);
        let (queries, looks) = (count("%"), count("%config_sdk.epoch%"));
        let growth = report::memory().saturating_sub(self.memory);
        let trials = BEGUN.load(Ordering::SeqCst) - self.ended;
        ENDED.fetch_add(1, Ordering::SeqCst);
        config.shutdown().await;
        drop(pause);

        let seen = self.stage.readers.finish();
        let outcome = Outcome {
            fault: self.fault.to_owned(),
            noticed: self.noticed,
            healed,
            length,
            queries,
            looks,
            connections,
            changes,
            lost,
            reads: seen.reads,
            failed: seen.failed,
            torn: seen.torn.len() as u64,
            worst: seen.worst,
            growth,
        };
        report::keep(&outcome);
        assert_eq!((seen.failed, seen.torn, lost), (0, Vec::new(), 0));
        assert!(seen.reads > 1000, "too few reads to tell: {outcome:?}");
        assert!(outcome.noticed.is_none_or(|after| after <= NOTICED), "{outcome:?}");
        assert!(healed <= HEALED, "{outcome:?}");
        assert!(seen.worst <= WORST, "{outcome:?}");
        assert!(growth <= GROWTH * trials, "{outcome:?} beside {trials} trials");
        assert!(looks <= outcome.looks_allowed(), "a storm: {outcome:?}");
        assert!(connections <= 10 + 4 * outcome.seconds(), "a storm of connections: {outcome:?}");
    }
}

/// Whether it comes to hold before anybody would give up waiting for it.
async fn comes_to(holds: impl Fn() -> bool) -> bool {
    let end = Instant::now() + SOON;
    while !holds() {
        if Instant::now() > end {
            return false;
        }
        sleep(Duration::from_millis(5)).await;
    }
    true
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

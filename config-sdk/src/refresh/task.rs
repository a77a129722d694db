//! The one task that decides when a pass runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant as Clock, sleep_until};

use super::backoff::{Alarms, Backoff, jittered};
use super::ends::{CloseWith, EndWith};
use super::event::Trigger;
use super::hangup::Hangup;
use super::last_good::{self, Keeper};
use super::listener::listen;
use super::pass::Ask;
use super::{Beside, Force, RefreshReport, Refresher, metrics};
use crate::source::{Heard, Listening, Signal, Source, SourceError};

/// Longest time that a source may be silent in a pass.
const PASS_LIMIT: Duration = Duration::from_secs(5);

/// Somebody asks for a refresh, and wants to know what came of it.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) force: Force,
    pub(crate) reply: oneshot::Sender<RefreshReport>,
}

/// When to do what, and where to keep what.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How old a value may be before the store is asked.
    pub(crate) ttl: Duration,
    /// How long the first pass is tried.
    pub(crate) start: Duration,
    /// Whether SIGHUP forces a refresh.
    pub(crate) hangup: bool,
    /// The folder in which the last good values are kept.
    pub(crate) last_good: Option<PathBuf>,
}

/// How the start went.
#[derive(Debug)]
pub(crate) struct Started {
    /// Why the store could not be read.
    pub(crate) failure: Option<SourceError>,
    /// The blocks of which readers have nothing but defaults that no store stands behind.
    pub(crate) unbacked: Vec<&'static str>,
}

/// Refreshes until `stop` says so, or until nobody is left to say it; whatever is under way then is
/// dropped, so that a store that hangs holds nobody up.
///
/// `started` hears how the first pass ended: it is tried again until `settings.start` is over, unless
/// the store refuses in a way that does not pass by itself.
pub(crate) async fn run(
    mut refresher: Refresher,
    source: Arc<dyn Source>,
    beside: Beside,
    settings: Settings,
    mut commands: mpsc::Receiver<Command>,
    mut stop: watch::Receiver<bool>,
    mut started: oneshot::Sender<Started>,
) {
    metrics::describe();
    let _close = CloseWith(refresher.board.clone(), refresher.cells.clone());
    let (signal, listening) = Signal::new();
    let hangup = Hangup::new(settings.hangup);
    refresher.keeps = settings.last_good.is_some();
    let failure = tokio::select! {
        failure = first(&mut refresher, settings.start) => failure,
        () = started.closed() => return, // nobody waits for the start any more
    };
    let keeper = match &settings.last_good {
        Some(folder) => Some(recall(&mut refresher, folder).await),
        None => None,
    };
    refresher.hold();
    let unbacked = refresher.unbacked();
    let mut task = Task {
        refresher,
        keeper,
        ttl: settings.ttl,
        backoff: Backoff::of_tries(),
        alarms: Alarms::new(),
        rest: Clock::now(),
        has_listened: false,
        failure,
        listening,
    };
    // The listener starts after the first pass: what changes in between is caught by the pass that
    // follows `Heard::listening`.
    let listener = tokio::spawn(listen(source.clone(), signal, task.refresher.board.clone()));
    let listener = EndWith(listener.abort_handle());
    let alongside = beside.spawn(source);
    let _ = started.send(Started { failure: task.failure.clone(), unbacked });
    tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => {}
        () = task.live(&mut commands, hangup) => {}
    }
    drop(listener);
    alongside.end().await;
    if let Some(keeper) = task.keeper {
        keeper.finish().await;
    }
}

/// Takes what was kept on disk where the store has not answered, and keeps it from now on.
async fn recall(refresher: &mut Refresher, folder: &Path) -> Keeper {
    let path = last_good::path(folder, &refresher.source(), refresher.schemas());
    if let Some((time, content)) = last_good::read(path.clone()).await {
        refresher.recall(time, content);
    }
    let keeper = Keeper::new(path, refresher.board.clone());
    if let Some(content) = refresher.news() {
        keeper.keep(content);
    }
    keeper
}

struct Task {
    refresher: Refresher,
    keeper: Option<Keeper>,
    ttl: Duration,
    backoff: Backoff,
    alarms: Alarms,
    /// Until when pushes are left to gather.
    rest: Clock,
    /// Whether the source has listened before.
    has_listened: bool,
    /// How the last pass failed.
    failure: Option<SourceError>,
    listening: Listening,
}

impl Task {
    /// Runs a pass whenever there is a reason to; ends when nobody can ask any more.
    async fn live(&mut self, commands: &mut mpsc::Receiver<Command>, mut hangup: Hangup) {
        let mut poll = self.next_poll();
        loop {
            let expiry = self.refresher.next_expiry();
            // A store that cannot be read is not asked more often because it can be heard.
            let rest = if self.failure.is_some() { self.rest.max(poll) } else { self.rest };
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(command) => self.obey(command, commands).await,
                    None => return,
                },
                () = hangup.signal() => {
                    self.force(Force::All).await;
                }
                heard = after(rest, &self.listening) => {
                    if self.refresher.has_all(&heard) {
                        continue; // nobody was asked, so the poll stays where it is
                    }
                    self.hear(heard).await;
                }
                () = sleep_until(poll) => {
                    self.pass(Trigger::Poll, &BTreeSet::new()).await;
                }
                () = at(expiry) => {
                    self.refresher.expire();
                    continue; // nobody was asked, so the poll stays where it is
                }
            }
            poll = self.next_poll();
        }
    }

    /// Answers everybody who is waiting by one pass.
    async fn obey(&mut self, first: Command, commands: &mut mpsc::Receiver<Command>) {
        let mut asked = vec![first];
        asked.extend(std::iter::from_fn(|| commands.try_recv().ok()));
        let all = asked.iter().fold(Force::Nothing, |all, asked| all.and(&asked.force));
        let report = self.force(all).await;
        for Command { force, reply } in asked {
            let _ = reply.send(report.of(&force)); // whoever asked may have left
        }
    }

    async fn force(&mut self, force: Force) -> RefreshReport {
        self.run(Trigger::Forced, &force, &BTreeSet::new()).await
    }

    async fn pass(&mut self, trigger: Trigger, hint: &BTreeSet<String>) -> RefreshReport {
        self.run(trigger, &Force::Nothing, hint).await
    }

    async fn hear(&mut self, heard: Heard) {
        if heard.missed {
            metrics::missed();
        }
        // While nobody listened, what no epoch counts was not heard of either.
        let again = heard.listening && std::mem::replace(&mut self.has_listened, true);
        if again || heard.anew {
            self.refresher.forget();
        }
        let trigger = if heard.listening { Trigger::Reconnect } else { Trigger::Push };
        let before = self.refresher.epoch();
        if self.pass(trigger, &heard.names).await.epoch != before {
            self.alarms.was_true();
        } else {
            self.rest = self.alarms.was_false().into();
            self.alarms.tell_flood(&self.refresher.source());
        }
        if heard.listening {
            // Only now: what had changed before is there as well.
            self.refresher.board.set_works(|| self.listening.works());
        }
    }

    async fn run(
        &mut self,
        trigger: Trigger,
        force: &Force,
        hint: &BTreeSet<String>,
    ) -> RefreshReport {
        let ask = Ask { trigger, force, hint, limit: PASS_LIMIT };
        let report = match self.refresher.pass(ask).await {
            Ok(report) => {
                self.failure = None;
                report
            }
            Err(error) => {
                let report = self.refresher.unavailable(force, &error);
                self.failure = Some(error);
                metrics::seen(report.epoch.max(self.listening.seen()));
                report
            }
        };
        if let Some(keeper) = &mut self.keeper {
            match self.refresher.news() {
                Some(content) => keeper.keep(content),
                None if self.failure.is_none() => keeper.confirm(),
                None => {}
            }
        }
        report
    }

    fn next_poll(&mut self) -> Clock {
        let poll = jittered(self.ttl);
        if self.failure.is_none() && !self.refresher.is_wanting() {
            self.backoff.reset();
            return Clock::now() + poll;
        }
        Clock::now() + self.backoff.next().min(poll)
    }
}

/// The first pass, again and again until it succeeds or the time is over.
async fn first(refresher: &mut Refresher, limit: Duration) -> Option<SourceError> {
    let end = Clock::now() + limit;
    let mut backoff = Backoff::of_tries();
    loop {
        let ask = Ask {
            trigger: Trigger::Start,
            force: &Force::Nothing,
            hint: &BTreeSet::new(),
            limit: end.saturating_duration_since(Clock::now()),
        };
        let error = refresher.pass(ask).await.err()?;
        let wait = backoff.next();
        if !error.is_passing() || Clock::now() + wait >= end {
            return Some(error);
        }
        tokio::time::sleep(wait).await;
    }
}

/// What was heard, as soon as the rest is over, or push begins to work. Cancel safe.
async fn after(rest: Clock, listening: &Listening) -> Heard {
    tokio::select! {
        () = sleep_until(rest) => listening.heard().await,
        heard = listening.begins() => heard,
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

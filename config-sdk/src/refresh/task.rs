//! The one task that decides when a pass runs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant as Clock, sleep_until};
use tracing::debug;

use super::backoff::{Backoff, jittered};
use super::event::{Event, Trigger};
use super::listener::listen;
use super::pass::Ask;
use super::status::PushState;
use super::{Board, Force, RefreshReport, Refresher, hangup};
use crate::guarded::guarded;
use crate::source::{Heard, Listening, Signal, Source, SourceError};

/// Longest time a pass may take.
const PASS_LIMIT: Duration = Duration::from_secs(5);

/// What the front door asks of the task.
#[derive(Debug)]
pub(crate) enum Command {
    /// Refresh, and say what came of it.
    Refresh(Force, oneshot::Sender<RefreshReport>),
    /// End.
    Shutdown,
}

/// When to do what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// How old a value may be before the store is asked.
    pub(crate) ttl: Duration,
    /// How long the first pass is tried.
    pub(crate) start: Duration,
    /// Whether SIGHUP forces a refresh.
    pub(crate) hangup: bool,
}

/// Refreshes until told to end, or until nobody is left to tell it.
///
/// `started` hears how the first pass ended: it is tried again until `timing.start` is over, unless
/// the store refuses in a way that does not pass by itself.
pub(crate) async fn run(
    mut refresher: Refresher,
    source: Arc<dyn Source>,
    timing: Timing,
    mut commands: mpsc::Receiver<Command>,
    mut started: oneshot::Sender<Option<SourceError>>,
) {
    let _close = CloseWith(refresher.board.clone());
    let (signal, listening) = Signal::new();
    let mut hangup = hangup::Hangup::new(timing.hangup);
    let ready = tokio::select! {
        ready = first(&mut refresher, timing.start) => ready,
        () = started.closed() => return, // nobody waits for the start any more
    };
    let mut task = Task {
        refresher,
        timing,
        backoff: Backoff::of_tries(),
        alarms: Backoff::of_false_alarms(),
        rest: Clock::now(),
        ready,
    };
    task.refresher.hold();
    // The listener starts after the first pass: what changes in between is caught by the pass that
    // follows `Heard::listening`.
    let listener = tokio::spawn(listen(source, signal, task.refresher.board.clone()));
    let ended = EndWith(listener.abort_handle());
    let mut poll = task.next_poll();
    let _ = started.send(task.ready.clone());
    loop {
        let expiry = task.refresher.next_expiry();
        tokio::select! {
            biased;
            command = commands.recv() => match command {
                Some(Command::Refresh(force, reply)) => {
                    let report = task.force(force).await;
                    let _ = reply.send(report); // whoever asked may have left
                }
                Some(Command::Shutdown) | None => break,
            },
            () = hangup.signal() => {
                task.force(Force::All).await;
            }
            heard = after(task.rest, &listening) => task.hear(heard).await,
            () = sleep_until(poll) => {
                task.pass(Trigger::Poll, &BTreeSet::new()).await;
            }
            () = at(expiry) => {
                task.refresher.expire();
                continue; // nobody was asked, so the poll stays where it is
            }
        }
        poll = task.next_poll();
    }
    drop(ended);
}

struct Task {
    refresher: Refresher,
    timing: Timing,
    backoff: Backoff,
    alarms: Backoff,
    /// Until when pushes are left to gather.
    rest: Clock,
    /// How the last pass failed.
    ready: Option<SourceError>,
}

impl Task {
    async fn force(&mut self, force: Force) -> RefreshReport {
        self.run(Trigger::Forced, &force, &BTreeSet::new()).await
    }

    async fn pass(&mut self, trigger: Trigger, hint: &BTreeSet<String>) -> RefreshReport {
        self.run(trigger, &Force::Nothing, hint).await
    }

    async fn hear(&mut self, heard: Heard) {
        let mut trigger = Trigger::Push;
        if heard.listening {
            let former = self.refresher.board.set_push(PushState::Push);
            if former != PushState::Push {
                self.refresher.board.tell(Event::PushWorks);
            }
            trigger = Trigger::Reconnect;
        }
        let before = self.refresher.epoch();
        if self.pass(trigger, &heard.names).await.epoch != before {
            self.alarms.reset();
        } else {
            self.rest = Clock::now() + self.alarms.next();
        }
    }

    async fn run(
        &mut self,
        trigger: Trigger,
        force: &Force,
        hint: &BTreeSet<String>,
    ) -> RefreshReport {
        let began = Instant::now();
        let ask = Ask {
            trigger,
            force,
            hint,
            limit: PASS_LIMIT,
        };
        let passed = guarded(self.refresher.pass(ask)).await;
        let passed = passed.unwrap_or_else(|| Err(SourceError::refused("the pass panicked")));
        let report = match passed {
            Ok(report) => {
                self.backoff.reset();
                self.ready = None;
                report
            }
            Err(error) => {
                let report = self.refresher.unavailable(force, &error);
                self.ready = Some(error);
                report
            }
        };
        debug!(%trigger, epoch = report.epoch, took_us = began.elapsed().as_micros(), "pass");
        report
    }

    fn next_poll(&mut self) -> Clock {
        let wait = match self.ready {
            None => jittered(self.timing.ttl),
            Some(_) => self.backoff.next(),
        };
        Clock::now() + wait
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

/// What was heard, as soon as the rest is over. Cancel safe.
async fn after(rest: Clock, listening: &Listening) -> Heard {
    sleep_until(rest).await;
    listening.heard().await
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

/// Ends the listener with the task, also when the task is dropped.
struct EndWith(tokio::task::AbortHandle);

impl Drop for EndWith {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Ends the events with the task, also when the task is dropped.
struct CloseWith(Arc<Board>);

impl Drop for CloseWith {
    fn drop(&mut self) {
        self.0.close();
    }
}

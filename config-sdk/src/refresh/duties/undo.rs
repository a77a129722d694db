//! Takes back changes for a time when it is over: one of all processes does it, once.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{debug, info, warn};

use crate::change::{self, Desk, Undoing};
use crate::refresh::backoff::jittered;
use crate::source::{Expiring, SourceError};

/// Longest time that one look may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Up to so long a process waits after the time is over, so that not all come at once.
const SPREAD: Duration = Duration::from_millis(300);
/// How long until it is looked again where somebody else was at the same row.
const RACED: Duration = Duration::from_secs(1);
/// How long until what could not be taken back is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);
/// The same where this program may not look: somebody may grant it the right to.
const REFUSED: Duration = Duration::from_secs(600);
/// Longest sleep: clocks do not count for ever.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks when the next change for a time is over, of which every pass hears. It asks the store nothing
/// until then.
pub(super) async fn undo_in_time(desk: Desk, mut due: watch::Receiver<Option<Instant>>) {
    let mut undoer = Undoer { desk, told: BTreeSet::new() };
    let mut next = *due.borrow_and_update();
    loop {
        let over = async {
            match next {
                Some(next) => sleep_until(next + spread()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = over => {
                let again = undoer.again().await;
                next = again.map(|again| Instant::now() + again.min(LONGEST));
            }
            moved = due.changed() => match moved {
                Ok(()) => next = *due.borrow_and_update(),
                Err(_) => return,
            },
        }
    }
}

struct Undoer {
    desk: Desk,
    /// Of which changes trouble was told; it is told once.
    told: BTreeSet<u64>,
}

impl Undoer {
    /// The same, and where that cannot be done how long until it is tried again.
    async fn again(&mut self) -> Option<Duration> {
        match timeout(PATIENCE, self.look()).await {
            Ok(Ok(next)) => next,
            // The store is away, or lets this program read alone.
            Ok(Err(error)) => {
                debug!(%error, "changes for a time cannot be looked after here");
                Some(if error.is_passing() { TRY_AGAIN } else { REFUSED })
            }
            Err(_) => {
                self.tell(0, "it takes too long to look after changes for a time");
                Some(TRY_AGAIN)
            }
        }
    }

    /// Takes back what is over, and says how long until there is more to do.
    async fn look(&mut self) -> Result<Option<Duration>, SourceError> {
        let Some(writer) = self.desk.source.store().and_then(|store| store.writer()) else {
            return Ok(None);
        };
        let mut next: Option<Duration> = None;
        for expiring in writer.expiring().await? {
            let left = match expiring.left.is_zero() {
                false => Some(expiring.left),
                true => self.undo(&expiring).await,
            };
            next = next.into_iter().chain(left).min();
        }
        Ok(next)
    }

    /// Takes a change back, or says how long until that is tried again.
    async fn undo(&mut self, expiring: &Expiring) -> Option<Duration> {
        let id = expiring.id;
        match change::undo(&self.desk, expiring).await {
            Ok(Undoing::Done(applied)) => {
                let epoch = applied.epoch;
                info!(id, epoch, "a change for a time is over and was taken back");
                None
            }
            Ok(Undoing::Raced) => Some(RACED),
            // Another program may: it is told once, and looked again to see whether one did.
            Ok(Undoing::Others) => {
                self.tell(
                    id,
                    "a change for a time is over, of a block that this program does not know",
                );
                Some(jittered(TRY_AGAIN))
            }
            Err(error) => {
                let why = "a change for a time is over and cannot be taken back; it is tried again";
                self.tell(id, &format!("{why}: {error}"));
                Some(jittered(TRY_AGAIN))
            }
        }
    }

    /// Warns once of each change.
    fn tell(&mut self, id: u64, why: &str) {
        if self.told.insert(id) {
            warn!(id, "{why}");
        }
    }
}

fn spread() -> Duration {
    SPREAD.mul_f64(fastrand::f64())
}

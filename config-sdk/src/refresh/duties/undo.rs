//! Takes back changes for a time when it is over: one of all processes does it, once.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{debug, info, warn};

use crate::change::{self, Desk};
use crate::refresh::backoff::jittered;
use crate::source::SourceError;

/// Longest time that one look may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Up to so long a process waits after the time is over, so that not all come at once.
const SPREAD: Duration = Duration::from_millis(300);
/// How long until what could not be taken back is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);

/// Looks whenever the epoch moves, as every change for a time makes it, and when the next is over. It
/// costs one trivial query per epoch, and none while nothing happens.
pub(super) async fn undo_in_time(
    desk: Desk,
    mut epoch: watch::Receiver<u64>,
    mut notes_defaults: bool,
) {
    let mut told = BTreeSet::new();
    loop {
        epoch.mark_unchanged();
        if notes_defaults {
            // Whoever may not write it now may not later.
            let noted = timeout(PATIENCE, desk.note_defaults()).await;
            notes_defaults = !matches!(noted, Ok(Ok(())));
        }
        let next = match timeout(PATIENCE, look(&desk, &mut told)).await {
            Ok(Ok(next)) => next,
            // The store is away, is not set up for this, or lets this program read alone.
            Ok(Err(error)) => {
                debug!(%error, "changes for a time cannot be looked after here");
                error.is_passing().then_some(TRY_AGAIN)
            }
            Err(_) => Some(TRY_AGAIN),
        };
        let over = async {
            match next {
                Some(next) => sleep(next + spread()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = over => {}
            moved = epoch.changed() => match moved {
                Ok(()) => sleep(spread()).await,
                Err(_) => return,
            },
        }
    }
}

/// Takes back what is over, and says how long until there is more to do.
async fn look(desk: &Desk, told: &mut BTreeSet<u64>) -> Result<Option<Duration>, SourceError> {
    let Some(writer) = desk.source.store().and_then(|store| store.writer()) else {
        return Ok(None);
    };
    let mut next = None;
    let mut at = |left: Duration| next = Some(next.map_or(left, |next: Duration| next.min(left)));
    for expiring in writer.expiring().await? {
        if !expiring.left.is_zero() {
            at(expiring.left);
            continue;
        }
        match change::undo(desk, &expiring).await {
            Ok(Some(applied)) => {
                let (id, epoch) = (expiring.id, applied.epoch);
                info!(id, epoch, "a change for a time is over and was taken back");
            }
            // Somebody else has done it, or is the one to do it.
            Ok(None) => {}
            Err(error) => {
                at(jittered(TRY_AGAIN));
                if told.insert(expiring.id) {
                    warn!(
                        id = expiring.id, %error,
                        "a change for a time is over and cannot be taken back; it is tried again"
                    );
                }
            }
        }
    }
    Ok(next)
}

fn spread() -> Duration {
    SPREAD.mul_f64(fastrand::f64())
}

//! How often a notification may make a pass run.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// What a pass in vain costs: in the long run, there is one in this time.
const COST: Duration = Duration::from_millis(60);
/// What may be spent at once.
const BURST: Duration = Duration::from_millis(480);

/// Lets passes run at once, until too many of them found nothing new.
///
/// Anybody can send a notification, and a flood of them must not reach the store. A pass that found
/// a change is free: whoever can make one has a right to be heard.
#[derive(Debug)]
pub(super) struct Pace {
    /// When everything that was spent is earned again.
    earned: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            earned: Instant::now(),
        }
    }

    /// Waits until a pass may run. Cancel safe.
    pub(super) async fn ready(&self) {
        let spent = self.earned.saturating_duration_since(Instant::now());
        let wait = spent.saturating_sub(BURST);
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    /// A pass has found nothing new.
    pub(super) fn in_vain(&mut self) {
        self.earned = self.earned.max(Instant::now()) + COST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_passes_run_at_once_and_the_rest_at_a_pace() {
        let mut pace = Pace::new();
        let began = Instant::now();
        let mut passes = 0;
        while began.elapsed() < 2 * BURST {
            pace.ready().await;
            pace.in_vain();
            passes += 1;
        }
        assert!((16..=26).contains(&passes), "{passes} passes");
    }
}

//! How long to wait: a jittered interval, longer after every failure, and after too many false alarms.

use std::time::{Duration, Instant};

use tracing::warn;

/// First wait after a failure, at most.
const FIRST: Duration = Duration::from_millis(200);
/// Longest wait. Short enough that a store that is back is noticed within two seconds.
const LONGEST: Duration = Duration::from_millis(1500);
/// What a false alarm costs: whoever forges notifications without end makes fewer than twenty passes
/// a second of them, and holds a change up by this long at most.
const ALARM: Duration = Duration::from_millis(60);
/// What may be owed before there is a rest.
const CREDIT: Duration = Duration::from_millis(600);
/// A flood that is over for this long is another one.
const CALM: Duration = Duration::from_secs(60);

/// Waits that double from failure to failure, each drawn between half of itself and the whole, so
/// that a fleet does not come back all at once.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// Between tries of a store that cannot be reached.
    pub(super) fn of_tries() -> Self {
        Self { first: FIRST, longest: LONGEST, failures: 0 }
    }

    pub(super) fn next(&mut self) -> Duration {
        let longest =
            (self.first).saturating_mul(2u32.saturating_pow(self.failures)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        longest.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// What false alarms have cost: a debt that time pays off.
#[derive(Debug)]
pub(super) struct Alarms {
    paid_off: Instant,
    /// When there was a rest last.
    rested: Option<Instant>,
}

impl Alarms {
    pub(super) fn new() -> Self {
        Self { paid_off: Instant::now(), rested: None }
    }

    /// A push that nothing was behind. Returns until when the next is to wait.
    pub(super) fn was_false(&mut self) -> Instant {
        self.paid_off = self.paid_off.max(Instant::now()) + ALARM;
        self.paid_off.checked_sub(CREDIT).unwrap_or(self.paid_off)
    }

    /// Tells of a flood of false alarms when it begins.
    pub(super) fn tell_flood(&mut self, source: &str) {
        if self.begins_flood() {
            warn!(
                source,
                "many notifications with nothing behind them; looks are rationed, and no change is \
                 lost: see who sends them"
            );
        }
    }

    fn begins_flood(&mut self) -> bool {
        let now = Instant::now();
        if self.paid_off <= now + CREDIT {
            return false;
        }
        self.rested.replace(now).is_none_or(|rested| now - rested > CALM)
    }

    /// A push with a change behind it makes good one without: there may be two notifications of one
    /// change.
    pub(super) fn was_true(&mut self) {
        self.paid_off = self.paid_off.checked_sub(ALARM).unwrap_or(self.paid_off);
    }
}

/// `interval`, give or take a tenth, so that processes started together do not ask together.
pub(super) fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(0.9 + fastrand::f64() / 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_are_bounded_and_differ() {
        let mut backoff = Backoff::of_tries();
        let waits: Vec<_> = (0..100).map(|_| backoff.next()).collect();
        assert!(waits[0] <= FIRST);
        assert!(waits.iter().all(|wait| *wait <= LONGEST && *wait >= FIRST / 2));
        assert!(waits[50..].windows(2).any(|pair| pair[0] != pair[1]));
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }

    #[test]
    fn false_alarms_without_end_are_looked_into_less_than_twenty_times_a_second() {
        let (mut alarms, began) = (Alarms::new(), Instant::now());
        assert!(alarms.was_false() <= began, "the first costs no rest");
        let last = (0..199).map(|_| alarms.was_false()).last().unwrap();
        assert!(last - began >= Duration::from_secs(10), "{:?}", last - began);
    }

    #[test]
    fn a_flood_of_false_alarms_begins_once() {
        let mut alarms = Alarms::new();
        let begins = |_| {
            alarms.was_false();
            alarms.begins_flood()
        };
        let begins: Vec<_> = (0..50).map(begins).collect();
        assert_eq!(begins.iter().position(|begins| *begins), Some(10));
        assert_eq!(begins.iter().filter(|begins| **begins).count(), 1);
    }

    #[test]
    fn false_alarms_that_come_with_as_many_changes_cost_no_rest() {
        let (mut alarms, began) = (Alarms::new(), Instant::now());
        for _ in 0..1000 {
            assert!(alarms.was_false() <= began + Duration::from_secs(1));
            alarms.was_true();
        }
        assert!(alarms.was_false() <= Instant::now());
    }

    #[test]
    fn processes_started_together_do_not_poll_together() {
        let minute = Duration::from_secs(60);
        let polls: Vec<_> = (0..100).map(|_| jittered(minute)).collect();
        assert!(polls.iter().all(|poll| (54..=66).contains(&poll.as_secs())));
        assert!(polls.iter().any(|poll| *poll != polls[0]));
    }
}

//! How long to wait: a jittered interval, and longer after every failure.

use std::time::Duration;

/// First wait after a failure, at most.
const FIRST: Duration = Duration::from_millis(200);
/// Longest wait. Short enough that a store that is back is noticed within two seconds.
const LONGEST: Duration = Duration::from_millis(1500);
/// First rest after a false alarm, at most: there may be two notifications of one change.
const FIRST_REST: Duration = Duration::from_millis(1);
/// Longest rest: whoever forges notifications without end makes twenty passes a second of them at
/// most, and holds a change up by this long at most.
const LONGEST_REST: Duration = Duration::from_millis(100);

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

    /// Between pushes that nothing is behind.
    pub(super) fn of_false_alarms() -> Self {
        Self { first: FIRST_REST, longest: LONGEST_REST, failures: 0 }
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
    fn false_alarms_without_end_are_looked_into_twenty_times_a_second_at_most() {
        let mut alarms = Backoff::of_false_alarms();
        assert!(alarms.next() <= FIRST_REST);
        let rests: Vec<_> = (0..100).map(|_| alarms.next()).collect();
        assert!(rests[10..].iter().all(|rest| *rest >= Duration::from_millis(50)));
        assert!(rests.iter().all(|rest| *rest <= LONGEST_REST));
    }

    #[test]
    fn processes_started_together_do_not_poll_together() {
        let minute = Duration::from_secs(60);
        let polls: Vec<_> = (0..100).map(|_| jittered(minute)).collect();
        assert!(polls.iter().all(|poll| (54..=66).contains(&poll.as_secs())));
        assert!(polls.iter().any(|poll| *poll != polls[0]));
    }
}

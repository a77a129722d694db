//! How long to wait: a jittered interval, and longer after every failure.

use std::time::Duration;

/// First wait after a failure, at most.
const FIRST: Duration = Duration::from_millis(200);
/// Longest wait. Short enough that a store that is back is noticed within two seconds.
const LONGEST: Duration = Duration::from_millis(1500);

/// Waits that double from failure to failure, each drawn between half of itself and the whole, so
/// that a fleet does not come back all at once.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(super) fn next(&mut self) -> Duration {
        let longest = FIRST
            .saturating_mul(2u32.saturating_pow(self.failures))
            .min(LONGEST);
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
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..100).map(|_| backoff.next()).collect();
        assert!(waits[0] <= FIRST);
        assert!(
            waits
                .iter()
                .all(|wait| *wait <= LONGEST && *wait >= FIRST / 2)
        );
        assert!(waits[50..].windows(2).any(|pair| pair[0] != pair[1]));
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }

    #[test]
    fn processes_started_together_do_not_poll_together() {
        let minute = Duration::from_secs(60);
        let polls: Vec<_> = (0..100).map(|_| jittered(minute)).collect();
        assert!(polls.iter().all(|poll| (54..=66).contains(&poll.as_secs())));
        assert!(polls.iter().any(|poll| *poll != polls[0]));
    }
}

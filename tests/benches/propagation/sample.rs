//! When each step of one change was, and what that makes of many.

/// One change, in nanoseconds of the machine's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// The writer sends the statement.
    pub(crate) began: u64,
    /// It sends the commit.
    pub(crate) sent: u64,
    /// The commit has returned to it.
    pub(crate) returned: u64,
    /// The reading process asks the store, woken by whatever woke it.
    pub(crate) asked: u64,
    /// It has the answer.
    pub(crate) answered: u64,
    /// A reader in it has the new value.
    pub(crate) seen: u64,
}

/// From one step to another, in milliseconds, in order; negative where they were in the other order.
#[derive(Debug)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn of(
        samples: &[Sample],
        from: impl Fn(&Sample) -> u64,
        to: impl Fn(&Sample) -> u64,
    ) -> Self {
        let millis = |sample| (to(sample) as f64 - from(sample) as f64) / 1e6;
        let mut times: Vec<f64> = samples.iter().map(millis).collect();
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    /// What this part of all are not above.
    pub(crate) fn at(&self, part: f64) -> f64 {
        let place = (self.0.len() as f64 * part).ceil() as usize;
        self.0[place.clamp(1, self.0.len()) - 1]
    }

    /// The part of all that falls into each of the steps of a logarithmic scale, `steps` to a tenfold.
    pub(crate) fn histogram(&self, steps: f64) -> Vec<(f64, f64)> {
        // What was seen before the commit had returned counts as the least that is shown.
        let step = |time: &f64| (time.max(LEAST).log10() * steps).floor() as i64;
        let (Some(first), Some(last)) = (self.0.first().map(step), self.0.last().map(step)) else {
            return Vec::new();
        };
        let part = |place| {
            let count = self.0.iter().filter(|time| step(time) == place).count();
            let middle = 10f64.powf((place as f64 + 0.5) / steps);
            (middle, count as f64 / self.0.len() as f64)
        };
        (first..=last).map(part).collect()
    }
}

/// The least that is shown, in milliseconds.
const LEAST: f64 = 0.01;

//! Which keys are read, in which order.

use fastrand::Rng;

/// How many keys there are.
pub(crate) const KEYS: usize = 100_000;

/// Numbers of keys, the lower the more often: the n-th in proportion to 1 / nˢ.
pub(crate) struct Zipf(Vec<f64>);

impl Zipf {
    pub(crate) fn new(s: f64) -> Self {
        let mut sum = 0.0;
        Self((1..=KEYS).map(|rank| (sum += (rank as f64).powf(-s), sum).1).collect())
    }

    pub(crate) fn draw(&self, random: &mut Rng) -> usize {
        let drawn = random.f64() * self.0[KEYS - 1];
        self.0.partition_point(|sum| *sum < drawn)
    }
}

/// So many reads.
pub(crate) fn zipf(s: f64, reads: usize) -> Vec<usize> {
    let (zipf, mut random) = (Zipf::new(s), Rng::with_seed(7));
    (0..reads).map(|_| zipf.draw(&mut random)).collect()
}

/// The same, and between every 100,000 of them 20,000 keys in a row that are never read again.
pub(crate) fn with_scans(s: f64, reads: usize) -> Vec<usize> {
    let mut once = KEYS..;
    let chunks = zipf(s, reads);
    let chunks = chunks.chunks(100_000);
    chunks
        .flat_map(|chunk| [chunk.to_vec(), once.by_ref().take(20_000).collect()])
        .flatten()
        .collect()
}

/// Which keys are the hot ones changes completely, every 300,000 reads.
pub(crate) fn with_turns(s: f64, reads: usize) -> Vec<usize> {
    let turn = |at: usize| at / 300_000 * KEYS;
    zipf(s, reads).into_iter().enumerate().map(|(at, key)| key + turn(at)).collect()
}

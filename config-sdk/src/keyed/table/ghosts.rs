//! Which copies left not long ago, remembered by the hash of their keys.

/// So many share a bucket; the oldest of them is forgotten first.
const WAYS: usize = 8;

/// The tags of about as many copies as the cache holds, in memory of a fixed size.
pub(super) struct Ghosts {
    buckets: Box<[[Ghost; WAYS]]>,
    /// Counts who left; a ghost is too old when so many left after it as there are places.
    now: u32,
    lifetime: u32,
}

#[derive(Clone, Copy, Default)]
struct Ghost {
    tag: u32,
    /// 0 for none.
    left: u32,
}

impl Ghosts {
    pub(super) const BYTES_PER_PLACE: usize = size_of::<Ghost>();

    pub(super) fn new(places: usize) -> Self {
        let buckets = vec![[Ghost::default(); WAYS]; places.div_ceil(WAYS)].into_boxed_slice();
        Self { buckets, now: 0, lifetime: u32::try_from(places).unwrap_or(u32::MAX) }
    }

    /// A copy leaves.
    pub(super) fn remember(&mut self, tag: u32) {
        // After 2³² have left all are forgotten, which costs a few loads.
        self.now = self.now.checked_add(1).unwrap_or_else(|| {
            self.buckets.fill([Ghost::default(); WAYS]);
            1
        });
        let ghost = Ghost { tag, left: self.now };
        let bucket = self.bucket(tag);
        if let Some(oldest) = self.buckets[bucket].iter_mut().min_by_key(|ghost| ghost.left) {
            *oldest = ghost;
        }
    }

    /// Whether a copy with this tag left not long ago.
    pub(super) fn contains(&self, tag: u32) -> bool {
        let recent = |ghost: &Ghost| ghost.left > 0 && self.now - ghost.left < self.lifetime;
        self.buckets
            .get(self.bucket(tag))
            .is_some_and(|bucket| bucket.iter().any(|ghost| ghost.tag == tag && recent(ghost)))
    }

    fn bucket(&self, tag: u32) -> usize {
        // Other bits than those that choose where a search in the index begins would change nothing:
        // the two are never looked at together.
        ((u64::from(tag) * self.buckets.len() as u64) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_left_is_remembered_until_as_many_left_as_there_are_places() {
        let mut ghosts = Ghosts::new(4);
        for tag in 1..=5 {
            assert!(!ghosts.contains(tag));
            ghosts.remember(tag);
            assert!(ghosts.contains(tag));
        }
        assert_eq!([1, 2, 5].map(|tag| ghosts.contains(tag)), [false, true, true]);
    }

    #[test]
    fn the_count_of_who_left_may_run_over() {
        let mut ghosts = Ghosts::new(4);
        ghosts.now = u32::MAX;
        ghosts.remember(7);
        assert!(ghosts.contains(7) && !ghosts.contains(8));
    }
}

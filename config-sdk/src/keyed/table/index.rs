//! Where copies are found by the hash of their key: read without waiting, written by one at a time.

use std::sync::atomic::{AtomicU64, Ordering};

/// Words in a bucket: a line of the processor's cache.
const WAYS: usize = 8;

/// A word is put into its second bucket only if there are so many in its first, and fewer there.
const CROWDED: usize = 5;

/// A word without a place.
const FREE: u64 = 0;

/// Buckets at half load, with two choices for each word. A word is 32 bits of a key's hash, its tag,
/// and the number of a place plus one.
///
/// A word never moves while it is here, so a search that runs beside writers misses nothing; and
/// however keys are chosen, no search is longer than two buckets.
pub(super) struct Index {
    buckets: Box<[Bucket]>,
}

#[repr(align(64))]
#[derive(Default)]
struct Bucket([AtomicU64; WAYS]);

impl Index {
    pub(super) const BYTES_PER_PLACE: usize = 2 * size_of::<AtomicU64>();

    pub(super) fn new(places: usize) -> Self {
        let buckets = places.div_ceil(WAYS / 2) + 1;
        Self { buckets: (0..buckets).map(|_| Bucket::default()).collect() }
    }

    /// What `look` says of the first place under `tag` that it says anything of.
    #[inline]
    pub(super) fn find<R>(&self, tag: u32, mut look: impl FnMut(usize) -> Option<R>) -> Option<R> {
        let first = self.first(tag);
        self.buckets[first]
            .find(tag, &mut look)
            .or_else(|| self.buckets[self.second(tag, first)].find(tag, look))
    }

    /// Adds `place` after its copy was put there. Where both buckets are full, which in random keys
    /// is about once in a hundred million times, another place has to leave the index and is returned.
    pub(super) fn insert(&self, tag: u32, place: usize) -> Option<usize> {
        let first = self.first(tag);
        let (first, second) = (&self.buckets[first], &self.buckets[self.second(tag, first)]);
        let (left, right) = (first.len(), second.len());
        let bucket = if left < CROWDED || left <= right { first } else { second };
        bucket.insert(word(tag, place))
    }

    /// Takes `place` out, which may have had to leave already.
    pub(super) fn remove(&self, tag: u32, place: usize) {
        let first = self.first(tag);
        for bucket in [first, self.second(tag, first)] {
            self.buckets[bucket].remove(word(tag, place));
        }
    }

    #[inline]
    fn first(&self, tag: u32) -> usize {
        scale(tag, self.buckets.len())
    }

    #[inline]
    fn second(&self, tag: u32, first: usize) -> usize {
        let steps = 1 + scale(tag.wrapping_mul(0x9E37_79B1), self.buckets.len() - 1);
        (first + steps) % self.buckets.len()
    }
}

impl Bucket {
    #[inline]
    fn find<R>(&self, tag: u32, mut look: impl FnMut(usize) -> Option<R>) -> Option<R> {
        // All words are compared before one is looked at: no branch to guess wrong.
        let words = self.0.each_ref().map(|word| word.load(Ordering::Acquire));
        let mut equal = 0u32;
        for (way, word) in words.iter().enumerate() {
            equal |= u32::from((word >> 32) as u32 == tag) << way;
        }
        while equal != 0 {
            // A free word is no place's: its number is larger than any.
            if let Some(found) = look(place(words[equal.trailing_zeros() as usize % WAYS])) {
                return Some(found);
            }
            equal &= equal - 1;
        }
        None
    }

    fn len(&self) -> usize {
        self.0.iter().filter(|word| word.load(Ordering::Relaxed) != FREE).count()
    }

    /// The place that had to leave, if no word was free.
    fn insert(&self, new: u64) -> Option<usize> {
        let free = self.0.iter().find(|word| word.load(Ordering::Relaxed) == FREE);
        let old = free.unwrap_or(&self.0[0]).swap(new, Ordering::AcqRel);
        (old != FREE).then(|| place(old))
    }

    fn remove(&self, gone: u64) {
        if let Some(word) = self.0.iter().find(|word| word.load(Ordering::Relaxed) == gone) {
            word.store(FREE, Ordering::Release);
        }
    }
}

/// `tag`, which may be any number, brought into `0..below`.
#[inline]
fn scale(tag: u32, below: usize) -> usize {
    ((u64::from(tag) * below as u64) >> 32) as usize
}

fn word(tag: u32, place: usize) -> u64 {
    u64::from(tag) << 32 | (place as u64 + 1)
}

#[inline]
fn place(word: u64) -> usize {
    (word as u32).wrapping_sub(1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(index: &Index, tag: u32) -> Vec<usize> {
        let mut places = Vec::new();
        index.find(tag, |place| -> Option<()> {
            places.push(place);
            None
        });
        places
    }

    #[test]
    fn equal_tags_are_told_apart_by_whoever_looks() {
        let index = Index::new(4);
        for place in 0..4 {
            assert_eq!(index.insert(7, place), None);
        }
        index.remove(7, 1);
        assert_eq!(places(&index, 7), [0, 2, 3]);
        assert_eq!(index.insert(7, 1), None);
        assert_eq!(index.find(7, |place| (place == 2).then_some(place)), Some(2));
        assert!(places(&index, 8).is_empty());
    }

    #[test]
    fn the_smallest_and_the_largest_tag_are_found_as_others_are() {
        let index = Index::new(2);
        for (tag, place) in [(0, 0), (u32::MAX, 1)] {
            let there = |place: usize| (place < 2).then_some(place);
            assert_eq!(index.find(tag, there), None);
            index.insert(tag, place);
            assert_eq!(index.find(tag, there), Some(place));
        }
    }

    #[test]
    fn where_both_buckets_are_full_another_leaves() {
        let index = Index::new(32);
        let left: Vec<_> = (0..=2 * WAYS).filter_map(|place| index.insert(7, place)).collect();
        assert_eq!(left.len(), 1);
        assert!(!places(&index, 7).contains(&left[0]));
        assert!(places(&index, 7).contains(&(2 * WAYS)));
        index.remove(7, left[0]);
        assert_eq!(places(&index, 7).len(), 2 * WAYS);
    }

    #[test]
    fn at_half_load_nobody_has_to_leave_while_others_come_and_go() {
        for places in [1, 5, 9, 100, 1000] {
            let (index, mut random) = (Index::new(places), fastrand::Rng::with_seed(1));
            let mut tags: Vec<u32> = (0..places).map(|_| random.u32(..)).collect();
            for (place, &tag) in tags.iter().enumerate() {
                assert_eq!(index.insert(tag, place), None);
            }
            for _ in 0..20_000 {
                let place = random.usize(..places);
                index.remove(tags[place], place);
                tags[place] = random.u32(..);
                assert_eq!(index.insert(tags[place], place), None);
            }
            for (place, &tag) in tags.iter().enumerate() {
                assert_eq!(index.find(tag, |found| (found == place).then_some(())), Some(()));
            }
        }
    }
}

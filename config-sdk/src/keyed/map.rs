//! A map that is exchanged as a whole, and shares with its former self most of what did not change.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU64;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::key::{self, Key};

/// How many slots the first branch has at most before there are others.
const ALONE: usize = 1024;

/// How many slots a branch has at least where there are others, so that keys fall evenly on them.
const BRANCH: usize = 512;

/// Keys to values, by open addressing with at most half of the slots taken, so that a key is nearly
/// always in the slot that its hash names. A change copies the branch of its key: with a million keys a
/// thousand slots, and two thousand pointers to the other branches.
#[derive(Clone)]
pub(super) struct Map<V> {
    /// Seeded at random: keys come from users, who shall not choose where they meet.
    hasher: RandomState,
    /// The only branch, unless there are many keys: a read is a step shorter then.
    first: Branch<V>,
    others: Vec<Branch<V>>,
    len: usize,
}

/// A power of two of slots, of which some are free, so that looking for a key ends.
type Branch<V> = Arc<[Option<Entry<V>>]>;

/// Lies on one line of the processor's cache, if its value is no larger than two pointers.
#[derive(Clone)]
#[repr(align(32))]
struct Entry<V> {
    key: Key,
    value: V,
}

/// Where a value is, in this map and no other: the branch in the upper half, and one more than the slot in
/// the lower one. One number, so that it stays in a register on its way from the search to the reader.
#[derive(Clone, Copy)]
pub(super) struct Place(NonZeroU64);

impl Place {
    #[inline]
    fn new(branch: usize, slot: usize) -> Option<Self> {
        NonZeroU64::new((branch as u64) << 32 | (slot as u64 + 1)).map(Self)
    }

    #[inline]
    fn branch(self) -> usize {
        (self.0.get() >> 32) as usize
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
    fn slot(self) -> usize {
        self.0.get() as u32 as usize - 1
    }
}

/// What becomes of keys: another value, or none.
pub(super) type Changes<V> = BTreeMap<Key, Option<V>>;

impl<V: Clone> Map<V> {
    /// Without any entry.
    pub(super) fn new() -> Self {
        Self::of(RandomState::default(), Vec::new(), 1)
    }

    /// Of these entries, in at least so many slots.
    fn of(hasher: RandomState, entries: Vec<Entry<V>>, slots: usize) -> Self {
        let len = entries.len();
        let slots = slots.max(2 * len).next_power_of_two();
        let each = if slots <= ALONE { slots } else { BRANCH.max(1 << (slots.ilog2() / 2)) };
        let mut shares = vec![Vec::new(); slots / each];
        for entry in entries {
            let hash = hash(&hasher, entry.key.joined());
            shares[branch(hash, slots / each)].push(entry);
        }
        if shares.iter().any(|share| is_crowded(share, each)) {
            return Self::of(hasher, shares.into_iter().flatten().collect(), 2 * slots);
        }
        let mut shares = shares.into_iter().map(|share| filled(&hasher, share, each));
        let first = shares.next().unwrap_or_default();
        Self { first, others: shares.collect(), hasher, len }
    }

    /// The same map with `changes`.
    pub(super) fn with(&self, changes: &Changes<V>) -> Self {
        self.with_few(changes).unwrap_or_else(|| {
            let kept = self.entries().filter(|entry| !changes.contains_key(&entry.key)).cloned();
            let all = kept.chain(changes.iter().filter_map(entry)).collect();
            Self::of(self.hasher.clone(), all, 1)
        })
    }

    /// The same map with `changes` in the slots that there are, unless they need more, or far fewer. That
    /// is known before anything is copied, unless one branch has too many keys.
    fn with_few(&self, changes: &Changes<V>) -> Option<Self> {
        let len = self.len_with(changes);
        if 2 * len > self.slots() || 16 * len.max(BRANCH) <= self.slots() {
            return None;
        }
        let mut parts = BTreeMap::<_, Vec<_>>::new();
        for change in changes {
            let (branch, _) = self.home(change.0.joined());
            parts.entry(branch).or_default().push(change);
        }
        let mut next = Self { len, ..self.clone() };
        for (branch, changes_here) in parts {
            let former = self.branch(branch);
            let entries = former.iter().flatten();
            let kept = entries.filter(|entry| !changes.contains_key(&entry.key)).cloned();
            let share: Vec<_> = kept.chain(changes_here.into_iter().filter_map(entry)).collect();
            if is_crowded(&share, former.len()) {
                return None;
            }
            let place = match branch {
                0 => &mut next.first,
                _ => &mut next.others[branch - 1],
            };
            *place = filled(&self.hasher, share, former.len());
        }
        Some(next)
    }
}

impl<V> Map<V> {
    /// Where the value of the key is whose parts are `joined`, if it has one.
    #[inline]
    pub(super) fn find(&self, joined: &str) -> Option<Place> {
        let (branch, hash) = self.home(joined);
        let slots = self.branch(branch);
        let mut slot = slot(hash, slots.len());
        while let Some(entry) = slots.get(slot)? {
            if key::is_same(entry.key.joined(), joined) {
                return Place::new(branch, slot);
            }
            slot = (slot + 1) & (slots.len() - 1);
        }
        None
    }

    /// The value at a place that this map has named.
    #[inline]
    pub(super) fn at(&self, place: Place) -> Option<&V> {
        self.branch(place.branch()).get(place.slot())?.as_ref().map(|entry| &entry.value)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// How many entries there are with `changes`.
    fn len_with(&self, changes: &Changes<V>) -> usize {
        changes.iter().fold(self.len, |len, (key, value)| match (self.find(key.joined()), value) {
            (None, Some(_)) => len + 1,
            (Some(_), None) => len - 1,
            (None, None) | (Some(_), Some(_)) => len,
        })
    }

    /// All entries, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &V)> {
        self.entries().map(|entry| (&entry.key, &entry.value))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry<V>> {
        let branches = std::iter::once(&self.first).chain(&self.others);
        branches.flat_map(|branch| branch.iter().flatten())
    }

    fn slots(&self) -> usize {
        self.first.len() * (1 + self.others.len())
    }

    /// The branch and the hash of a key.
    #[inline]
    fn home(&self, joined: &str) -> (usize, u64) {
        let hash = hash(&self.hasher, joined);
        (branch(hash, 1 + self.others.len()), hash)
    }

    #[inline]
    fn branch(&self, branch: usize) -> &Branch<V> {
        branch.checked_sub(1).map_or(&self.first, |other| &self.others[other])
    }
}

/// What is put in for a change, if anything is.
fn entry<V: Clone>((key, value): (&Key, &Option<V>)) -> Option<Entry<V>> {
    Some(Entry { key: key.clone(), value: value.clone()? })
}

/// Whether a branch of so many slots would have too many entries.
fn is_crowded<V>(share: &[Entry<V>], slots: usize) -> bool {
    4 * share.len() > 3 * slots
}

/// A branch of so many slots, with these entries.
fn filled<V>(hasher: &RandomState, entries: Vec<Entry<V>>, slots: usize) -> Branch<V> {
    let mut filled: Vec<_> = std::iter::repeat_with(|| None).take(slots).collect();
    for entry in entries {
        let mut slot = slot(hash(hasher, entry.key.joined()), slots);
        while filled[slot].is_some() {
            slot = (slot + 1) & (slots - 1);
        }
        filled[slot] = Some(entry);
    }
    filled.into()
}

/// Of the bytes alone: `str` puts one more behind them, for texts that are hashed one after another.
#[inline]
fn hash(hasher: &RandomState, joined: &str) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(joined.as_bytes());
    hasher.finish()
}

/// Which of so many branches, a power of two, is a hash's.
#[inline]
fn branch(hash: u64, branches: usize) -> usize {
    (hash >> 32) as usize & (branches - 1)
}

/// Which of so many slots, a power of two, is a hash's first.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a mask follows")]
fn slot(hash: u64, slots: usize) -> usize {
    hash as usize & (slots - 1)
}

#[cfg(test)]
mod tests;

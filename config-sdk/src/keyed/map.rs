//! A map that is exchanged as a whole, and shares with its former self all that did not change.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::key::Key;

/// How many entries a leaf should have: few enough to walk through.
const LEAF: usize = 16;

/// Keys to values, on three levels of which a change copies one branch: with a million keys some
/// four hundred pointers.
pub(super) struct Map<V> {
    /// Seeded at random: keys come from users, who shall not choose where they meet.
    hasher: RandomState,
    branches: Vec<Branch<V>>,
    /// How many bits of a hash choose the branch, and how many the leaf in it.
    bits: (u32, u32),
    len: usize,
}

type Branch<V> = Arc<Vec<Leaf<V>>>;
type Leaf<V> = Arc<Vec<Entry<V>>>;

#[derive(Clone)]
struct Entry<V> {
    hash: u64,
    key: Key,
    value: V,
}

/// Where a value is, in this map and no other.
#[derive(Clone, Copy)]
pub(super) struct Place {
    branch: u32,
    leaf: u32,
    entry: u32,
}

/// What becomes of keys: another value, or none.
pub(super) type Changes<V> = BTreeMap<Key, Option<V>>;

impl<V: Clone> Map<V> {
    /// Of so many entries as `all` has.
    pub(super) fn new(all: impl ExactSizeIterator<Item = (Key, V)>) -> Self {
        let mut map = Self::sized(RandomState::default(), all.len());
        for (key, value) in all {
            map.put(key, Some(value));
        }
        map
    }

    /// An empty map with room for so many.
    fn sized(hasher: RandomState, len: usize) -> Self {
        let leaves = (len / LEAF).max(1).next_power_of_two().trailing_zeros();
        let bits = (leaves.div_ceil(2), leaves / 2);
        // One leaf and one branch that all places share until something is put there.
        let branch: Branch<V> = Arc::new(vec![Leaf::default(); 1 << bits.1]);
        Self { hasher, branches: vec![branch; 1 << bits.0], bits, len: 0 }
    }

    /// The same map with `changes`.
    pub(super) fn with(&self, changes: Changes<V>) -> Self {
        let most = self.len + changes.len();
        let has_grown = most > (4 * LEAF) << (self.bits.0 + self.bits.1);
        let mut next = if has_grown {
            let mut larger = Self::sized(self.hasher.clone(), most);
            self.iter().for_each(|(key, value)| larger.put(key.clone(), Some(value.clone())));
            larger
        } else {
            Self { hasher: self.hasher.clone(), branches: self.branches.clone(), ..*self }
        };
        for (key, value) in changes {
            next.put(key, value);
        }
        next
    }

    fn put(&mut self, key: Key, value: Option<V>) {
        let hash = self.hash(key.joined());
        let (branch, leaf) = self.home(hash);
        let branch = Arc::make_mut(&mut self.branches[branch]);
        let leaf = Arc::make_mut(&mut branch[leaf]);
        let known = leaf.iter().position(|entry| entry.hash == hash && entry.key == key);
        match (known, value) {
            (Some(place), Some(value)) => leaf[place].value = value,
            (Some(place), None) => {
                leaf.swap_remove(place);
                self.len -= 1;
            }
            (None, Some(value)) => {
                leaf.push(Entry { hash, key, value });
                self.len += 1;
            }
            (None, None) => {}
        }
    }
}

impl<V> Map<V> {
    /// Where the value of the key is whose parts are `joined`, if it has one.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "no level has so many places")]
    pub(super) fn find(&self, joined: &str) -> Option<Place> {
        let hash = self.hash(joined);
        let (branch, leaf) = self.home(hash);
        let entries = &self.branches[branch][leaf];
        let is_it = |entry: &Entry<V>| entry.hash == hash && entry.key.joined() == joined;
        let entry = entries.iter().position(is_it)?;
        Some(Place { branch: branch as u32, leaf: leaf as u32, entry: entry as u32 })
    }

    /// The value at a place that this map has named.
    #[inline]
    pub(super) fn at(&self, place: Place) -> &V {
        &self.branches[place.branch as usize][place.leaf as usize][place.entry as usize].value
    }

    #[cfg(test)]
    fn get(&self, key: &Key) -> Option<&V> {
        self.find(key.joined()).map(|place| self.at(place))
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// All entries, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &V)> {
        let leaves = self.branches.iter().flat_map(|branch| branch.iter());
        leaves.flat_map(|leaf| leaf.iter()).map(|entry| (&entry.key, &entry.value))
    }

    #[inline]
    fn hash(&self, joined: &str) -> u64 {
        self.hasher.hash_one(joined)
    }

    /// The branch and the leaf in it that a key of this hash belongs to.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a mask of a few bits follows")]
    fn home(&self, hash: u64) -> (usize, usize) {
        let (branch, leaf) = self.bits;
        let mask = |bits: u32| (1usize << bits) - 1;
        (hash as usize & mask(branch), (hash >> branch) as usize & mask(leaf))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> Key {
        Key::new([&*format!("key-{number}")]).unwrap()
    }

    #[test]
    fn a_map_is_what_was_put_into_it_at_every_size() {
        let mut map = Map::new(std::iter::empty());
        for number in 0..5000 {
            map = map.with(Changes::from([(key(number), Some(number))]));
            assert_eq!(map.len(), number + 1);
        }
        assert!((0..5000).all(|number| map.get(&key(number)) == Some(&number)));
        assert_eq!(map.get(&key(5000)), None);
        let mut all: Vec<_> = map.iter().map(|(_, number)| *number).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..5000));
    }

    #[test]
    fn a_former_map_stays_as_it_was() {
        let former = Map::new((0..100).map(|number| (key(number), number)));
        let changes = Changes::from([(key(7), Some(70)), (key(8), None), (key(100), Some(100))]);
        let next = former.with(changes);
        assert_eq!([former.get(&key(7)), former.get(&key(8))], [Some(&7), Some(&8)]);
        assert_eq!([next.get(&key(7)), next.get(&key(8))], [Some(&70), None]);
        assert_eq!((former.len(), next.len()), (100, 100));
        assert_eq!(former.get(&key(100)), None);
    }

    #[test]
    fn a_change_of_one_key_shares_all_other_branches() {
        let count = 100_000;
        let former = Map::new((0..count).map(|number| (key(number), number)));
        let next = former.with(Changes::from([(key(7), Some(70))]));
        let pairs = former.branches.iter().zip(&next.branches);
        let copied = pairs.filter(|(one, two)| !Arc::ptr_eq(one, two)).count();
        assert_eq!(copied, 1);
        assert!(former.branches.len() + former.branches[0].len() < 300);
    }
}

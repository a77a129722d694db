//! A map that is exchanged as a whole, and shares with its former self all that did not change.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::key::Key;

/// How many entries a leaf should have: few enough to walk through.
const LEAF: usize = 4;

/// How many leaves are copied at once rather than branch by branch: a read is a step shorter then.
const FEW: usize = 1024;

/// Keys to values, in leaves that their hashes choose. A change copies its leaf, and the way to it: with
/// a million keys a thousand pointers.
pub(super) struct Map<V> {
    /// Seeded at random: keys come from users, who shall not choose where they meet.
    hasher: RandomState,
    leaves: Leaves<V>,
    len: usize,
}

/// All leaves: a power of two of them, and where there are many, of branches too.
enum Leaves<V> {
    Few(Vec<Leaf<V>>),
    Many(Vec<Arc<Vec<Leaf<V>>>>),
}

type Leaf<V> = Arc<[Entry<V>]>;

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
    /// Without any entry.
    pub(super) fn new() -> Self {
        Self::of(RandomState::default(), Vec::new())
    }

    /// Of these entries, with leaves of the right size.
    fn of(hasher: RandomState, all: Vec<Entry<V>>) -> Self {
        let len = all.len();
        let count = (len / LEAF).max(1).next_power_of_two();
        let mut leaves = vec![Vec::new(); count];
        for entry in all {
            leaves[place(entry.hash, count)].push(entry);
        }
        let mut leaves = leaves.into_iter().map(Leaf::from);
        let leaves = if count <= FEW {
            Leaves::Few(leaves.collect())
        } else {
            let each = 1 << (count.ilog2() / 2);
            let branch = |_| Arc::new(leaves.by_ref().take(each).collect());
            Leaves::Many((0..count / each).map(branch).collect())
        };
        Self { hasher, leaves, len }
    }

    /// The same map with `changes`.
    pub(super) fn with(&self, changes: Changes<V>) -> Self {
        let hash = |key: &Key| self.hash(key.joined());
        if self.len + changes.len() > 4 * LEAF * self.leaves.count() {
            let kept = self.entries().filter(|entry| !changes.contains_key(&entry.key)).cloned();
            let mut all: Vec<_> = kept.collect();
            let new = changes.into_iter().filter_map(|(key, value)| Some((key, value?)));
            all.extend(new.map(|(key, value)| Entry { hash: hash(&key), key, value }));
            return Self::of(self.hasher.clone(), all);
        }
        let mut next = Self {
            hasher: self.hasher.clone(),
            leaves: match &self.leaves {
                Leaves::Few(leaves) => Leaves::Few(leaves.clone()),
                Leaves::Many(branches) => Leaves::Many(branches.clone()),
            },
            len: self.len,
        };
        for (key, value) in changes {
            let hash = hash(&key);
            let leaf = next.leaves.of_mut(hash);
            let before = leaf.len();
            let others = leaf.iter().filter(|entry| entry.key != key).cloned();
            let others: Vec<_> = others.collect();
            let entry = value.map(|value| Entry { hash, key, value });
            *leaf = others.into_iter().chain(entry).collect();
            next.len = next.len + leaf.len() - before;
        }
        next
    }
}

impl<V> Map<V> {
    /// Where the value of the key is whose parts are `joined`, if it has one.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "no level has so many places")]
    pub(super) fn find(&self, joined: &str) -> Option<Place> {
        let hash = self.hash(joined);
        let (branch, leaf) = self.leaves.home(hash);
        let is_it = |entry: &Entry<V>| entry.hash == hash && entry.key.joined() == joined;
        let entry = self.leaves.at(branch, leaf).iter().position(is_it)?;
        Some(Place { branch: branch as u32, leaf: leaf as u32, entry: entry as u32 })
    }

    /// The value at a place that this map has named.
    #[inline]
    pub(super) fn at(&self, place: Place) -> &V {
        let leaf = self.leaves.at(place.branch as usize, place.leaf as usize);
        &leaf[place.entry as usize].value
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// All entries, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &V)> {
        self.entries().map(|entry| (&entry.key, &entry.value))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry<V>> {
        let (few, many) = match &self.leaves {
            Leaves::Few(leaves) => (Some(leaves.iter()), None),
            Leaves::Many(branches) => (None, Some(branches.iter())),
        };
        let many = many.into_iter().flatten().flat_map(|branch| branch.iter());
        few.into_iter().flatten().chain(many).flat_map(|leaf| leaf.iter())
    }

    #[inline]
    fn hash(&self, joined: &str) -> u64 {
        self.hasher.hash_one(joined)
    }
}

impl<V> Leaves<V> {
    fn count(&self) -> usize {
        match self {
            Self::Few(leaves) => leaves.len(),
            Self::Many(branches) => branches.len() * branches[0].len(),
        }
    }

    /// The branch and the leaf in it that a key of this hash belongs to.
    #[inline]
    fn home(&self, hash: u64) -> (usize, usize) {
        match self {
            Self::Few(leaves) => (0, place(hash, leaves.len())),
            Self::Many(branches) => {
                let each = branches[0].len();
                let place = place(hash, branches.len() * each);
                (place / each, place % each)
            }
        }
    }

    #[inline]
    fn at(&self, branch: usize, leaf: usize) -> &Leaf<V> {
        match self {
            Self::Few(leaves) => &leaves[leaf],
            Self::Many(branches) => &branches[branch][leaf],
        }
    }
}

impl<V: Clone> Leaves<V> {
    /// The leaf that a key of this hash belongs to, in a branch of its own.
    fn of_mut(&mut self, hash: u64) -> &mut Leaf<V> {
        let (branch, leaf) = self.home(hash);
        match self {
            Self::Few(leaves) => &mut leaves[leaf],
            Self::Many(branches) => &mut Arc::make_mut(&mut branches[branch])[leaf],
        }
    }
}

/// Which of so many places, a power of two, is a hash's.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a mask follows")]
fn place(hash: u64, count: usize) -> usize {
    hash as usize & (count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> Key {
        Key::new([&*format!("key-{number}")]).unwrap()
    }

    #[test]
    fn a_map_is_what_was_put_into_it_at_every_size() {
        let mut map = Map::new();
        for number in 0..20_000 {
            map = map.with(Changes::from([(key(number), Some(number))]));
            assert_eq!(map.len(), number + 1);
        }
        assert!((0..20_000).all(|number| get(&map, number) == Some(number)));
        assert_eq!(get(&map, 20_000), None);
        let mut all: Vec<_> = map.iter().map(|(_, number)| *number).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..20_000));
    }

    #[test]
    fn a_former_map_stays_as_it_was() {
        let former = filled(100);
        let changes = Changes::from([(key(7), Some(70)), (key(8), None), (key(100), Some(100))]);
        let next = former.with(changes);
        assert_eq!([get(&former, 7), get(&former, 8)], [Some(7), Some(8)]);
        assert_eq!([get(&next, 7), get(&next, 8)], [Some(70), None]);
        assert_eq!((former.len(), next.len()), (100, 100));
        assert_eq!(get(&former, 100), None);
    }

    #[test]
    fn a_change_of_one_key_copies_one_branch_of_many() {
        let former = filled(100_000);
        let next = former.with(Changes::from([(key(7), Some(70))]));
        let (Leaves::Many(former), Leaves::Many(next)) = (&former.leaves, &next.leaves) else {
            panic!("so many keys have branches");
        };
        let pairs = former.iter().zip(next);
        assert_eq!(pairs.filter(|(one, two)| !Arc::ptr_eq(one, two)).count(), 1);
        assert!(former.len() + former[0].len() <= 400);
    }

    fn filled(count: usize) -> Map<usize> {
        Map::new().with((0..count).map(|number| (key(number), Some(number))).collect())
    }

    fn get(map: &Map<usize>, number: usize) -> Option<usize> {
        map.find(key(number).joined()).map(|place| *map.at(place))
    }
}

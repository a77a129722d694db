//! What a map holds, keeps and copies.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn key(number: usize) -> Key {
    Key::new([&*format!("key-{number}")]).unwrap()
}

#[test]
fn a_map_is_what_was_put_into_it_at_every_size() {
    let mut map = Map::new();
    for number in 0..20_000 {
        map = map.with(&Changes::from([(key(number), Some(number))]));
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
    let next = former.with(&changes);
    assert_eq!([get(&former, 7), get(&former, 8)], [Some(7), Some(8)]);
    assert_eq!([get(&next, 7), get(&next, 8)], [Some(70), None]);
    assert_eq!((former.len(), next.len()), (100, 100));
    assert_eq!(get(&former, 100), None);
}

#[test]
fn a_change_of_one_key_copies_one_branch_of_many() {
    let former = filled(100_000);
    let next = former.with(&Changes::from([(key(7), Some(70))]));
    let branches = |map: &Map<_>| [std::slice::from_ref(&map.first), &*map.others].concat();
    let (former, next) = (branches(&former), branches(&next));
    let pairs = former.iter().zip(&next);
    assert_eq!(pairs.filter(|(one, two)| !Arc::ptr_eq(one, two)).count(), 1);
    assert!(former.len() + former[0].len() <= 1024 + 256);
}

#[test]
fn a_bulk_load_copies_each_value_once() {
    struct Counted<'a>(&'a AtomicUsize);
    impl Clone for Counted<'_> {
        fn clone(&self) -> Self {
            self.0.fetch_add(1, Ordering::Relaxed);
            Self(self.0)
        }
    }
    let copied = AtomicUsize::new(0);
    let values = |numbers: Range<usize>| -> Changes<_> {
        numbers.map(|number| (key(number), Some(Counted(&copied)))).collect()
    };
    let map = Map::new().with(&values(0..20_000));
    assert_eq!((map.len(), copied.load(Ordering::Relaxed)), (20_000, 20_000));
    let more = map.with(&values(20_000..60_000));
    assert_eq!((more.len(), copied.load(Ordering::Relaxed)), (60_000, 80_000));
}

#[test]
fn a_map_that_lost_its_keys_gives_back_its_room() {
    let full = filled(100_000);
    let gone = (5..100_000).map(|number| (key(number), None)).collect();
    let left = full.with(&gone);
    assert_eq!((left.len(), left.slots() <= 16 * BRANCH), (5, true), "{}", left.slots());
    assert!((0..5).all(|number| get(&left, number) == Some(number)) && get(&left, 5).is_none());
}

fn filled(count: usize) -> Map<usize> {
    Map::new().with(&(0..count).map(|number| (key(number), Some(number))).collect())
}

fn get(map: &Map<usize>, number: usize) -> Option<usize> {
    map.find(key(number).joined()).and_then(|place| map.at(place)).copied()
}

//! What a table promises, held against a plain map, beside writers, and at its bounds.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use proptest::collection::vec;
use proptest::prelude::*;

use super::counts::Reads;
use super::table::{Bounds, Table};
use crate::cell::{Meta, Origin, Published};
use crate::key::Key;

const AMPLE: usize = 1 << 24;

fn table(entries: usize, bytes: usize) -> Table<String> {
    Table::new(Bounds { entries, bytes }, Arc::new(copy(None, "", false, 0)))
}

fn copy(key: Option<&str>, value: &str, absent: bool, stamp: u32) -> Published<String> {
    let mut meta = Meta::unstored("limits", Origin::Store, Arc::new([]));
    meta.key = key.map(self::key);
    let stamp = AtomicU32::new(stamp);
    Published { value: Arc::new(value.to_owned()), meta, stamp, absent }
}

fn key(text: &str) -> Key {
    Key::new([text]).unwrap()
}

fn put(table: &Table<String>, key: &str, value: &str, absent: bool) -> bool {
    table.insert(Arc::new(copy(Some(key), value, absent, 1)), value.len())
}

fn read(table: &Table<String>, key: &str) -> Option<String> {
    let hit = table.find(key)?;
    table.hit(&hit);
    Some(hit.guard.clone())
}

#[derive(Clone, Debug)]
enum Step {
    Put { key: u8, absent: bool, bytes: usize },
    Read(u8),
    Mark(u8),
    MarkEven,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..24u8;
    let put = (key(), any::<bool>(), 0..2000usize);
    prop_oneof![
        8 => put.prop_map(|(key, absent, bytes)| Step::Put { key, absent, bytes }),
        8 => key().prop_map(Step::Read),
        2 => key().prop_map(Step::Mark),
        1 => Just(Step::MarkEven),
    ]
}

proptest! {
    #[test]
    fn a_table_is_a_map_that_forgets_and_stays_within_its_bounds(
        entries in 1..20usize,
        bytes in prop_oneof![Just(AMPLE), 2000..8000usize],
        steps in vec(step(), 0..400),
    ) {
        let table = table(entries, bytes);
        let mut model = HashMap::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Put { key, absent, bytes } => {
                    let value = format!("{key} {number:0bytes$}");
                    let held = put(&table, &key.to_string(), &value, absent);
                    prop_assert_eq!(held, table.find(&key.to_string()).is_some(), "at once");
                    model.insert(key, (value, 1, absent));
                }
                Step::Read(key) => _ = read(&table, &key.to_string()),
                Step::Mark(key) => {
                    if table.stamp(&self::key(&key.to_string()), 7) {
                        model.get_mut(&key).unwrap().1 = 7;
                    }
                }
                Step::MarkEven => {
                    let even = |key: &Key| key.joined().parse::<u8>().unwrap() % 2 == 0;
                    table.stamp_matching(8, even);
                    model.iter_mut().filter(|(key, _)| *key % 2 == 0).for_each(|(_, it)| it.1 = 8);
                }
            }
            let (mut found, mut absent) = (0, 0);
            for key in 0..24 {
                if let Some(hit) = table.find(&key.to_string()) {
                    let is_absent = hit.guard.published().absent;
                    let copy = (hit.guard.clone(), hit.stamp, is_absent);
                    prop_assert_eq!(Some(&copy), model.get(&key));
                    found += 1;
                    absent += usize::from(is_absent);
                }
            }
            prop_assert_eq!(found, table.len());
            prop_assert!(found <= entries && absent <= entries.div_ceil(2));
            prop_assert!(table.bytes() <= bytes);
            if table.counts().evictions.get() == 0 && bytes == AMPLE {
                prop_assert_eq!(found, model.len(), "nothing leaves while there is room");
            }
        }
    }
}

#[test]
fn as_many_are_held_as_the_bound_says_and_not_one_more() {
    for entries in [1, 2, 4, 100, 1000] {
        let table = table(entries, AMPLE);
        for key in 0..entries * 3 {
            put(&table, &format!("guild-{key}"), "", false);
            assert_eq!(table.len(), entries.min(key + 1));
        }
        let last = format!("guild-{}", entries * 3 - 1);
        assert!(table.find(&last).is_some(), "the newest is there");
    }
}

#[test]
fn a_table_without_room_holds_nothing_and_says_so() {
    for (entries, bytes) in [(0, AMPLE), (10, 0), (10, 100)] {
        let table = table(entries, bytes);
        assert!(!put(&table, "guild-1", "", false));
        assert!(table.find("guild-1").is_none());
        assert!(!table.stamp(&key("guild-1"), 1));
        assert_eq!((table.len(), table.bytes()), (0, 0));
    }
}

#[test]
fn a_copy_too_large_is_not_held_and_its_predecessor_not_kept() {
    let table = table(10, 10_000);
    assert!(put(&table, "guild-1", "old", false) && put(&table, "guild-2", "other", false));
    assert!(!put(&table, "guild-1", &"x".repeat(10_000), false));
    assert_eq!(read(&table, "guild-1"), None);
    assert_eq!(read(&table, "guild-2").as_deref(), Some("other"));
}

#[test]
fn a_copy_without_a_key_is_not_held() {
    assert!(!table(10, AMPLE).insert(Arc::new(copy(None, "", false, 1)), 0));
}

#[test]
fn keys_without_a_row_push_out_at_most_half() {
    let table = table(100, AMPLE);
    (0..100).for_each(|key| _ = put(&table, &format!("guild-{key}"), "", false));
    (0..10_000).for_each(|key| _ = put(&table, &format!("nobody-{key}"), "", true));
    let there = (0..100).filter(|key| table.find(&format!("guild-{key}")).is_some()).count();
    assert_eq!((there, table.len()), (50, 100));
}

#[test]
fn a_scan_leaves_what_is_read_where_it_is() {
    let table = table(100, AMPLE);
    (0..100).for_each(|key| _ = put(&table, &format!("guild-{key}"), "", false));
    for key in (0..90).cycle().take(270) {
        assert!(read(&table, &format!("guild-{key}")).is_some());
    }
    (0..10_000).for_each(|key| _ = put(&table, &format!("once-{key}"), "", false));
    let there = (0..90).filter(|key| table.find(&format!("guild-{key}")).is_some()).count();
    assert!(there > 80, "{there} of 90");
}

#[test]
fn hits_are_counted_exactly_and_the_top_keys_are_the_hottest() {
    let table = table(100, AMPLE);
    (0..100).for_each(|key| _ = put(&table, &format!("guild-{key}"), "", false));
    for key in 0..100 {
        (0..key * 20).for_each(|_| _ = read(&table, &format!("guild-{key}")));
    }
    table.counts().miss();
    assert_eq!(table.counts().reads(), Reads { hits: 99_000, misses: 1 });
    let top = table.top(3);
    assert_eq!(top.len(), 3);
    assert!(top[0].1 >= top[1].1 && (1000..4000).contains(&top[0].1), "{top:?}");
}

#[test]
fn the_hit_ratio_under_zipf_reads_stays_near_the_best_possible() {
    let (keys, entries, mut random) = (10_000, 1000, fastrand::Rng::with_seed(1));
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=keys).map(|rank| (sum += 1.0 / f64::from(rank), sum).1).collect();
    let table = table(entries, AMPLE);
    for read_number in 0..200_000 {
        let drawn = random.f64() * sum;
        let key = format!("guild-{}", sums.partition_point(|sum| *sum < drawn));
        if read(&table, &key).is_none() {
            put(&table, &key, "", false);
            if read_number >= 50_000 {
                table.counts().miss();
            }
        } else if read_number < 50_000 {
            table.counts().loads.add(1); // hits before it counts
        }
    }
    let Reads { hits, misses } = table.counts().reads();
    let hits = hits - table.counts().loads.get();
    let ratio = hits as f64 / (hits + misses) as f64;
    let best = sums[entries - 1] / sum;
    assert!(ratio > best - 0.03, "{ratio:.3} where {best:.3} is the best");
}

#[test]
fn no_reader_takes_one_copy_for_another_while_copies_come_and_go() {
    let (table, over) = (table(8, AMPLE), AtomicBool::new(false));
    let key = |number: u32| format!("guild-{}", number % 32);
    std::thread::scope(|scope| {
        for seed in 0..2 {
            let (table, over) = (&table, &over);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed);
                while !over.load(Ordering::Relaxed) {
                    let key = key(random.u32(..));
                    if let Some(value) = read(table, &key) {
                        assert_eq!(value, key);
                    }
                }
            });
        }
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let key = key(random.u32(..));
            match random.u32(..8) {
                0 => _ = table.stamp(&self::key(&key), 3),
                _ => _ = put(&table, &key, &key, false),
            }
            assert!(table.len() <= 8);
        }
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn what_stays_is_found_while_others_come_and_go() {
    let (table, over) = (table(64, AMPLE), AtomicBool::new(false));
    let stays = |number: u32| format!("stays-{number}");
    (0..8).for_each(|number| _ = put(&table, &stays(number), "", false));
    // Read so often that no scan pushes them out.
    (0..32).for_each(|number| _ = read(&table, &stays(number % 8)));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in (0..8).cycle().take_while(|_| !over.load(Ordering::Relaxed)) {
                assert!(read(&table, &stays(number)).is_some());
            }
        });
        (0..20_000).for_each(|number| _ = put(&table, &format!("passes-{number}"), "", false));
        over.store(true, Ordering::Relaxed);
    });
}

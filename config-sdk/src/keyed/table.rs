//! Copies by key in a plain map: a stand-in until the measured table is there.
use crate::cell::{Guard, Published};
use crate::key::Key;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
pub(super) struct Bounds {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}
pub(super) struct Table<T>(Mutex<HashMap<Key, (Arc<Published<T>>, u32)>>, Counts);
#[derive(Default)]
pub(super) struct Counts;
impl Counts {
    pub(super) fn load_wanted(&self, _known: bool) {}
}
pub(super) struct Hit<T> {
    pub(super) guard: Guard<T>,
    pub(super) stamp: u32,
}
impl<T> Table<T> {
    pub(super) fn new(_b: Bounds, _v: Arc<Published<T>>) -> Self {
        Self(Mutex::default(), Counts)
    }
    pub(super) fn find(&self, joined: &str) -> Option<Hit<T>> {
        let key = Key::of_joined(joined, joined.split('\0').count()).ok()?;
        self.0
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .get(&key)
            .map(|(p, s)| Hit { guard: Guard::of(p.clone()), stamp: *s })
    }
    pub(super) fn insert(
        &self,
        key: &Key,
        v: Arc<Published<T>>,
        _heap: usize,
        _own: bool,
        stamp: u32,
    ) {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).insert(key.clone(), (v, stamp));
    }
    pub(super) fn stamp(&self, key: &Key, stamp: u32) -> bool {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).get_mut(key).is_some_and(|e| {
            e.1 = stamp;
            true
        })
    }
    pub(super) fn for_each(&self, mut f: impl FnMut(&Key, u32)) {
        let all: Vec<_> = self
            .0
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .iter()
            .map(|(k, v)| (k.clone(), v.1))
            .collect();
        for (k, s) in all {
            f(&k, s);
        }
    }
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).len()
    }
    pub(super) fn hottest(&self, _most: usize) -> Vec<(Key, u64)> {
        Vec::new()
    }
    pub(super) fn has_room(&self) -> bool {
        true
    }
    pub(super) fn counts(&self) -> &Counts {
        &self.1
    }
}

//! A bounded keyed block without its type, for loading and refreshing, which handle all alike.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Stats;
use super::bounded::Bounded;
use super::flight::Order;
use crate::block::KeyedBlock;
use crate::cell::{Meta, Published, Ready};
use crate::key::{Key, Pattern};

/// What refreshing does with a bounded keyed block, whatever its type.
pub(crate) trait AnyBounded: Send + Sync {
    /// Waits until a key is wanted. Cancel safe.
    fn wanted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Takes up to `most` keys that are to be loaded now, and says whether by the store itself.
    fn take(&self, most: usize) -> (Vec<Key>, bool);

    /// Takes who wants all copies.
    fn take_orders(&self) -> Vec<Order>;

    /// From now on, what changes is remembered, for copies that nobody named.
    fn begin(&self);

    /// Whether any copy may have changed since then.
    fn is_outdated(&self) -> bool;

    /// No copies that nobody named are under way any more.
    fn end(&self);

    /// Whether the copy of `key` is in memory and what the store holds, as far as anybody knows.
    fn is_fresh(&self, key: &Key) -> bool;

    /// Wants `key`, without waiting for it.
    fn want(&self, key: &Key);

    /// Keeps a copy of `key` as of `epoch` that takes `heap` bytes besides itself; says whether it is what
    /// the store holds. If the key changed meanwhile, it is wanted again.
    fn land(&self, key: &Key, epoch: u64, ready: Ready, meta: Meta, heap: usize) -> bool;

    /// The same where `key` has no row of its own.
    fn land_shared(&self, key: &Key, epoch: u64) -> bool;

    /// The row that `key` has as of `epoch` was turned away.
    fn keep(&self, key: &Key, epoch: u64);

    /// What keys without a row of their own have from now on.
    fn set_shared(&self, ready: Ready, meta: Meta);

    /// These keys changed, up to `epoch`.
    fn drop_keys(&self, keys: &mut dyn Iterator<Item = &Key>, epoch: u64);

    /// Somebody asked for these to be read again; how many there were.
    fn drop_matching(&self, pattern: &Pattern) -> usize;

    /// Any key may have changed.
    fn drop_all(&self);

    /// A part of the lifetime is over; copies live for so many parts.
    fn grow_older(&self, soft: u32, hard: u32);

    /// The store is asked for so many keys.
    fn asked(&self, keys: usize);

    /// A row was turned away.
    fn erred(&self);

    /// Nothing can be loaded now.
    fn fail(&self, reason: &Arc<str>);

    /// Loading works again.
    fn is_back(&self);

    /// Nothing will be loaded any more.
    fn close(&self, reason: &Arc<str>);

    /// Whether there is room for another copy without another having to leave.
    fn has_room(&self) -> bool;

    /// What was read and loaded, as far as it costs no walk through all copies.
    fn tally(&self) -> Stats;

    /// The keys that are read most, hottest first.
    fn hottest(&self, most: usize) -> Vec<Key>;
}

impl<T: KeyedBlock> AnyBounded for Bounded<T> {
    fn wanted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.flight.wanted())
    }

    fn take(&self, most: usize) -> (Vec<Key>, bool) {
        self.flight.take(most)
    }

    fn take_orders(&self) -> Vec<Order> {
        self.flight.take_orders()
    }

    fn begin(&self) {
        self.flight.begin();
    }

    fn is_outdated(&self) -> bool {
        self.flight.is_outdated()
    }

    fn end(&self) {
        self.flight.end();
    }

    fn is_fresh(&self, key: &Key) -> bool {
        self.is_fresh(key)
    }

    fn want(&self, key: &Key) {
        drop(self.flight.want_later(std::slice::from_ref(key)));
    }

    fn land(&self, key: &Key, epoch: u64, ready: Ready, meta: Meta, heap: usize) -> bool {
        Published::of(ready, meta).is_some_and(|copy| self.land(key, epoch, copy, heap))
    }

    fn land_shared(&self, key: &Key, epoch: u64) -> bool {
        self.land_shared(key, epoch)
    }

    fn keep(&self, key: &Key, epoch: u64) {
        self.keep(key, epoch);
    }

    fn set_shared(&self, ready: Ready, meta: Meta) {
        if let Some(shared) = Published::of(ready, meta) {
            self.set_shared(shared);
        }
    }

    fn drop_keys(&self, keys: &mut dyn Iterator<Item = &Key>, epoch: u64) {
        self.drop_keys(keys, Some(epoch));
    }

    fn drop_matching(&self, pattern: &Pattern) -> usize {
        self.drop_where(|key| pattern.matches(key))
    }

    fn drop_all(&self) {
        self.drop_all();
    }

    fn grow_older(&self, soft: u32, hard: u32) {
        self.grow_older(soft, hard);
    }

    fn asked(&self, keys: usize) {
        self.table.counts().loads.add(1);
        self.table.counts().loaded_keys.add(keys as u64);
    }

    fn erred(&self) {
        self.table.counts().errors.add(1);
    }

    fn fail(&self, reason: &Arc<str>) {
        self.table.counts().errors.add(1);
        self.fail(reason);
    }

    fn is_back(&self) {
        self.is_back();
    }

    fn close(&self, reason: &Arc<str>) {
        self.flight.close(reason);
    }

    fn has_room(&self) -> bool {
        self.table.has_room()
    }

    fn tally(&self) -> Stats {
        self.tally()
    }

    fn hottest(&self, most: usize) -> Vec<Key> {
        let top = self.table.top(most).into_iter().filter(|(_, reads)| *reads > 0);
        top.map(|(key, _)| key).collect()
    }
}

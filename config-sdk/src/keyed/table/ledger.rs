//! Who is where in the table and how many bytes each takes; what writers keep and readers never see.

use std::sync::atomic::AtomicU8;

use super::policy::{Lifted, Policy};

/// The accounts of a table. Whoever changes them holds the table's lock.
pub(super) struct Ledger {
    policy: Policy,
    /// Bytes of the copy at each place.
    weights: Box<[u32]>,
    bytes: usize,
    absent_bytes: usize,
    /// How many bytes all copies may take.
    room: usize,
}

impl Ledger {
    pub(super) const BYTES_PER_PLACE: usize = Policy::BYTES_PER_PLACE + size_of::<u32>();

    pub(super) fn new(places: usize, room: usize) -> Self {
        Self {
            policy: Policy::new(places),
            weights: vec![0; places].into(),
            bytes: 0,
            absent_bytes: 0,
            room,
        }
    }

    /// How many copies there are.
    pub(super) fn len(&self) -> usize {
        self.policy.len()
    }

    /// How many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What the copy at `place` is found by, or was.
    pub(super) fn tag(&self, place: usize) -> u32 {
        self.policy.tag(place)
    }

    /// A place without a copy.
    pub(super) fn free(&self) -> Option<usize> {
        self.policy.free()
    }

    /// Whether a copy could be held if there were no other.
    pub(super) fn fits(&self, copy: Weight) -> bool {
        copy.bytes <= self.room && !self.weights.is_empty() && u32::try_from(copy.bytes).is_ok()
    }

    /// Whether one more copy of the usual size finds room without another having to leave.
    pub(super) fn has_room(&self) -> bool {
        let usual = self.bytes.checked_div(self.len()).unwrap_or(0);
        self.free().is_some() && self.bytes + usual <= self.room
    }

    /// Which copy is to leave next so that there is room for `copy`, which fits; `None` if there is.
    /// Its place is free already.
    ///
    /// Keys without a row come from whoever asks for them, so they may take up half of everything, and
    /// make room among themselves beyond that.
    pub(super) fn leaves<'a>(
        &mut self,
        copy: Weight,
        needs_place: bool,
        uses: impl Fn(usize) -> &'a AtomicU8,
    ) -> Option<usize> {
        let most_absent = self.weights.len().div_ceil(2);
        let crowded = self.policy.absent() >= most_absent
            || self.absent_bytes + copy.bytes > self.room.div_ceil(2);
        let full = (needs_place && self.free().is_none()) || self.bytes + copy.bytes > self.room;
        let place = match (copy.absent && crowded, full) {
            (true, _) if self.policy.absent() > 0 => self.policy.next_absent(uses),
            (_, true) => self.policy.next(uses),
            _ => None,
        }?;
        self.release(place);
        Some(place)
    }

    /// A copy comes to `place`, which is free.
    pub(super) fn admit(&mut self, place: usize, tag: u32, copy: Weight) {
        self.policy.admit(place, tag, copy.absent);
        self.add(place, copy);
    }

    /// Leaves the copy at `place` out of account while room is made for its successor, which
    /// [`Ledger::succeed`] puts where it was.
    pub(super) fn lift(&mut self, place: usize) -> Lifted {
        self.subtract(place);
        self.policy.lift(place)
    }

    pub(super) fn succeed(&mut self, lifted: Lifted, copy: Weight) {
        self.add(lifted.place, copy);
        self.policy.succeed(lifted, copy.absent);
    }

    /// Frees the place of a copy.
    pub(super) fn release(&mut self, place: usize) {
        self.subtract(place);
        self.policy.release(place);
    }

    fn add(&mut self, place: usize, copy: Weight) {
        self.weights[place] = copy.bytes as u32; // it fits
        self.bytes += copy.bytes;
        if copy.absent {
            self.absent_bytes += copy.bytes;
        }
    }

    fn subtract(&mut self, place: usize) {
        let bytes = self.weights[place] as usize;
        self.bytes -= bytes;
        if self.policy.is_absent(place) {
            self.absent_bytes -= bytes;
        }
    }
}

/// What a copy costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    pub(super) bytes: usize,
    pub(super) absent: bool,
}

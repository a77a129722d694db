//! Which copy leaves when there is no room: first those that nobody came back for.
//!
//! Two queues, after the idea known as S3-FIFO. A new copy is on probation, in a short queue: read
//! again twice it moves on, otherwise it leaves, which is what keeps a scan from emptying the cache.
//! The long queue gives a copy another round for each of up to three reads since the last. A copy that
//! left and is loaded again soon skips probation. Measured beside others by `benches/reading`.

use std::sync::atomic::{AtomicU8, Ordering};

use super::ghosts::Ghosts;
use super::lists::Lists;

/// More reads than so many since the last look make no difference, so that a hot copy's counter is
/// only read.
pub(super) const MOST_USES: u8 = 3;

/// One of so many copies is on probation.
const PROBATION_SHARE: usize = 32;

const PROBATION: usize = 0;
const LASTING: usize = 1;
const FREE: usize = 2;

/// The places, and in which order their copies leave.
pub(super) struct Policy {
    queues: Lists<3>,
    /// Copies of keys without a row, in the order in which they came.
    absent: Lists<1>,
    ghosts: Ghosts,
    tags: Box<[u32]>,
}

impl Policy {
    pub(super) const BYTES_PER_PLACE: usize = Lists::<3>::BYTES_PER_PLACE
        + Lists::<1>::BYTES_PER_PLACE
        + Ghosts::BYTES_PER_PLACE
        + size_of::<u32>();

    pub(super) fn new(places: usize) -> Self {
        let mut queues = Lists::new(places);
        (0..places).for_each(|place| queues.push(FREE, place));
        Self {
            queues,
            absent: Lists::new(places),
            ghosts: Ghosts::new(places),
            tags: vec![0; places].into(),
        }
    }

    /// How many copies there are.
    pub(super) fn len(&self) -> usize {
        self.queues.len(PROBATION) + self.queues.len(LASTING)
    }

    /// How many of them are of keys without a row.
    pub(super) fn absent(&self) -> usize {
        self.absent.len(0)
    }

    /// Whether the copy at `place` is of a key without a row.
    pub(super) fn is_absent(&self, place: usize) -> bool {
        self.absent.list(place).is_some()
    }

    /// What the copy at `place` is found by; of a free place what the last one was.
    pub(super) fn tag(&self, place: usize) -> u32 {
        self.tags[place]
    }

    /// A place without a copy.
    pub(super) fn free(&self) -> Option<usize> {
        self.queues.front(FREE)
    }

    /// A new copy comes to `place`, which is free.
    pub(super) fn admit(&mut self, place: usize, tag: u32, absent: bool) {
        self.tags[place] = tag;
        let known = self.ghosts.contains(tag);
        self.join(place, if known { LASTING } else { PROBATION }, absent);
    }

    /// Takes the copy at `place` out of the queues while room is made for its successor, which
    /// [`Policy::succeed`] puts where it was.
    pub(super) fn lift(&mut self, place: usize) -> Lifted {
        self.absent.remove(place);
        Lifted { place, queue: self.queues.remove(place).unwrap_or(PROBATION) }
    }

    pub(super) fn succeed(&mut self, lifted: Lifted, absent: bool) {
        self.join(lifted.place, lifted.queue, absent);
    }

    /// Frees the place of a copy.
    pub(super) fn release(&mut self, place: usize) {
        self.absent.remove(place);
        self.queues.push(FREE, place);
    }

    /// Which copy is to leave: its ghost stays, and [`Policy::release`] is to follow.
    ///
    /// `uses` is how often each was read since the policy last looked, up to [`MOST_USES`].
    pub(super) fn next<'a>(&mut self, uses: impl Fn(usize) -> &'a AtomicU8) -> Option<usize> {
        let mut patience = self.patience();
        loop {
            let short = self.queues.len(PROBATION) <= self.len() / PROBATION_SHARE;
            let queue = if short && self.queues.len(LASTING) > 0 { LASTING } else { PROBATION };
            let place = self.queues.front(queue)?;
            let counter = uses(place);
            match (queue, counter.load(Ordering::Relaxed)) {
                (PROBATION, used) if used > 1 && patience > 0 => {
                    counter.store(0, Ordering::Relaxed);
                }
                (LASTING, used) if used > 0 && patience > 0 => {
                    counter.store(used - 1, Ordering::Relaxed);
                }
                _ => return Some(self.leave(place)),
            }
            self.queues.push(LASTING, place);
            patience -= 1;
        }
    }

    /// The same among those of keys without a row.
    pub(super) fn next_absent<'a>(
        &mut self,
        uses: impl Fn(usize) -> &'a AtomicU8,
    ) -> Option<usize> {
        let mut patience = self.patience();
        loop {
            let place = self.absent.front(0)?;
            let counter = uses(place);
            match counter.load(Ordering::Relaxed) {
                used if used > 0 && patience > 0 => counter.store(used - 1, Ordering::Relaxed),
                _ => return Some(self.leave(place)),
            }
            self.absent.push(0, place);
            patience -= 1;
        }
    }

    /// After so many looks everyone has used up the reads from before; readers who count on meanwhile
    /// must not keep a writer waiting.
    fn patience(&self) -> usize {
        self.len() * (usize::from(MOST_USES) + 1)
    }

    fn join(&mut self, place: usize, queue: usize, absent: bool) {
        self.queues.push(queue, place);
        if absent {
            self.absent.push(0, place);
        }
    }

    fn leave(&mut self, place: usize) -> usize {
        if self.queues.list(place) == Some(PROBATION) {
            self.ghosts.remember(self.tags[place]);
        }
        place
    }
}

/// Where a copy was lifted from.
pub(super) struct Lifted {
    pub(super) place: usize,
    queue: usize,
}

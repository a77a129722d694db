//! How a source tells the refresh task that it is worth looking: a flag, not a queue.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Most names that are kept between two passes; beyond that a pass looks without a hint.
const MAX_HINTS: usize = 64;

/// What a source calls when something may have changed. However often it is called, one pass
/// answers all of it, and it takes no more memory.
#[derive(Clone, Debug)]
pub struct Signal(Arc<Shared>);

/// The refresh task's end of it.
#[derive(Debug)]
pub(crate) struct Listening(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    heard: Mutex<Heard>,
    /// The store's epoch as the listener read it last.
    seen: AtomicU64,
    wake: Notify,
    /// Whether the source listens now.
    works: AtomicBool,
}

/// What was said since the refresh task listened last.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Push has begun to work.
    pub(crate) listening: bool,
    /// Something may have changed.
    pub(crate) changed: bool,
    /// A change was found that no notification told of.
    pub(crate) missed: bool,
    /// Something may have changed that no epoch counts.
    pub(crate) anew: bool,
    /// What is said to have changed.
    pub(crate) names: BTreeSet<String>,
    /// The lowest and the highest epoch that it may have changed with.
    epochs: Option<(u64, u64)>,
}

impl Signal {
    pub(crate) fn new() -> (Self, Listening) {
        let shared = Arc::new(Shared::default());
        (Self(Arc::clone(&shared)), Listening(shared))
    }

    /// From now on no change is missed; a pass follows, for what was missed before.
    pub fn listening(&self) {
        self.0.works.store(true, Ordering::SeqCst);
        self.0.say(|heard| heard.listening = true);
    }

    /// The source no longer listens; whether it did.
    pub(crate) fn lost(&self) -> bool {
        self.0.works.swap(false, Ordering::SeqCst)
    }

    /// Something may have changed that moves no epoch, such as a table's columns: everything is read
    /// again.
    pub fn anew(&self) {
        self.0.say(|heard| heard.anew = true);
    }

    /// Something may have changed: these blocks, as far as is known.
    pub fn changed<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        self.0.say(|heard| heard.add((0, u64::MAX), names));
    }
}

#[cfg(feature = "postgres")]
impl Signal {
    /// The listener has read the store's epoch by itself.
    pub(super) fn seen(&self, epoch: u64) {
        self.0.seen.store(epoch, Ordering::Relaxed);
    }

    /// These blocks are said to have changed with this epoch.
    pub(crate) fn told<'a>(&self, epoch: u64, names: impl IntoIterator<Item = &'a str>) {
        self.0.say(|heard| heard.add((epoch, epoch), names));
    }

    /// Something changed that no notification told of.
    pub(super) fn missed(&self) {
        self.0.say(|heard| {
            heard.changed = true;
            heard.missed = true;
        });
    }
}

impl Heard {
    fn add<'a>(&mut self, (low, high): (u64, u64), names: impl IntoIterator<Item = &'a str>) {
        self.changed = true;
        let (lowest, highest) = self.epochs.unwrap_or((low, high));
        self.epochs = Some((lowest.min(low), highest.max(high)));
        for name in names {
            if self.names.len() < MAX_HINTS {
                self.names.insert(name.to_owned());
            }
        }
    }

    /// Whether it is of this epoch alone, as the other notifications are of a transaction with many.
    pub(crate) fn is_of(&self, epoch: u64) -> bool {
        let more = self.listening || self.missed || self.anew;
        !more && self.epochs == Some((epoch, epoch))
    }
}

impl Shared {
    fn say(&self, what: impl FnOnce(&mut Heard)) {
        what(&mut self.lock());
        self.wake.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    /// The store's epoch as the listener read it last; 0 if it never did.
    pub(crate) fn seen(&self) -> u64 {
        self.0.seen.load(Ordering::Relaxed)
    }

    /// Whether the source listens now.
    pub(crate) fn works(&self) -> bool {
        self.0.works.load(Ordering::SeqCst)
    }

    /// Waits until something was said, and takes it all. Cancel safe.
    pub(crate) async fn heard(&self) -> Heard {
        self.heard_if(|heard| heard.listening || heard.changed || heard.anew).await
    }

    /// Waits until push has begun to work, and takes all that was said. Cancel safe.
    pub(crate) async fn begins(&self) -> Heard {
        self.heard_if(|heard| heard.listening).await
    }

    async fn heard_if(&self, is_enough: fn(&Heard) -> bool) -> Heard {
        loop {
            let heard = Some(self.0.lock()).filter(|heard| is_enough(heard));
            if let Some(heard) = heard.map(|mut heard| std::mem::take(&mut *heard)) {
                return heard;
            }
            self.0.wake.notified().await;
        }
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::Signal;

    #[tokio::test]
    async fn what_is_heard_is_of_an_epoch_only_if_nothing_else_was_said() {
        let (signal, listening) = Signal::new();
        signal.told(7, ["risk"]);
        signal.told(7, ["trading"]);
        let heard = listening.heard().await;
        assert!(heard.is_of(7) && !heard.is_of(6) && !heard.is_of(8));
        let others: [fn(&Signal); 5] = [
            |signal| signal.told(8, []),
            |signal| signal.told(6, []),
            |signal| signal.changed([]),
            Signal::missed,
            Signal::anew,
        ];
        for other in others {
            signal.told(7, []);
            other(&signal);
            assert!(!listening.heard().await.is_of(7));
        }
    }
}

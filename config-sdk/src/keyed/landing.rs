//! What becomes of one load, for everybody who waits for it.

use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use crate::cell::Published;

/// How a load ended: a copy, or why there is none.
pub(super) type Landed<T> = Result<Arc<Published<T>>, Arc<str>>;

/// A load's end that waits for it; nothing comes of it if nobody loads any more.
pub(super) struct Landing<T>(Arc<Shared<T>>);

/// The other end. If it is dropped before it said anything, loading has ended.
pub(super) struct Lands<T>(Arc<Shared<T>>);

struct Shared<T> {
    landed: OnceLock<Landed<T>>,
    wake: Notify,
}

impl<T> Landing<T> {
    /// Of a load that has ended.
    pub(super) fn of(landed: Landed<T>) -> Self {
        let lands = Lands::new();
        lands.say(landed);
        lands.landing()
    }

    /// How the load ends. Cancel safe.
    pub(super) async fn ended(self) -> Landed<T> {
        loop {
            // Before looking, so that nothing is missed that is said in between.
            let said = self.0.wake.notified();
            if let Some(landed) = self.0.landed.get() {
                return landed.clone();
            }
            said.await;
        }
    }
}

impl<T> Lands<T> {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared { landed: OnceLock::new(), wake: Notify::new() }))
    }

    pub(super) fn landing(&self) -> Landing<T> {
        Landing(Arc::clone(&self.0))
    }

    /// Tells everybody who waits. Only what is said first counts.
    pub(super) fn say(&self, landed: Landed<T>) {
        if self.0.landed.set(landed).is_ok() {
            self.0.wake.notify_waiters();
        }
    }
}

impl<T> Drop for Lands<T> {
    fn drop(&mut self) {
        if self.0.landed.get().is_none() {
            self.say(Err(Arc::from("loading has ended")));
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(landed: Landed<i64>) -> String {
        landed.map_or_else(|reason| reason.to_string(), |_| "a copy".to_owned())
    }

    #[tokio::test]
    async fn what_is_said_reaches_who_waited_before_and_who_asks_after() {
        let lands = Lands::<i64>::new();
        let waiting = [lands.landing(), lands.landing()].map(|one| tokio::spawn(one.ended()));
        tokio::task::yield_now().await;
        lands.say(Err(Arc::from("first")));
        lands.say(Err(Arc::from("second")));
        for one in waiting {
            assert_eq!(reason(one.await.unwrap()), "first");
        }
        let later = lands.landing();
        drop(lands);
        assert_eq!(reason(later.ended().await), "first");
        assert_eq!(reason(Landing::of(Err(Arc::from("at once"))).ended().await), "at once");
    }

    #[tokio::test]
    async fn whoever_waits_for_what_nobody_loads_any_more_is_told() {
        let lands = Lands::<i64>::new();
        let waiting = tokio::spawn(lands.landing().ended());
        tokio::task::yield_now().await;
        drop(lands);
        assert_eq!(reason(waiting.await.unwrap()), "loading has ended");
    }
}

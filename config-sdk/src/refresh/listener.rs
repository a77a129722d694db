//! Keeps a source listening: again after every loss, and for ever.

use std::sync::Arc;
use std::time::Duration;

use tracing::{debug, info, warn};

use super::backoff::{Backoff, jittered};
use super::{Board, Event};
use crate::guarded::guarded;
use crate::source::{Deaf, Signal, Source, SourceError};

/// How long until push is tried again where it did not work.
const TRY_AGAIN: Duration = Duration::from_secs(300);
/// Listening for this long counts as having worked.
const SETTLED: Duration = Duration::from_secs(5);

/// Listens for ever; the refresh task ends it.
pub(super) async fn listen(source: Arc<dyn Source>, signal: Signal, board: Arc<Board>) {
    let mut backoff = Backoff::of_tries();
    let mut refused = false;
    loop {
        let began = tokio::time::Instant::now();
        let deaf = guarded(source.changes(signal.clone())).await;
        let worked = signal.lost();
        let deaf = deaf.unwrap_or_else(|| Deaf::Lost(SourceError::refused("the source panicked")));
        match deaf {
            Deaf::Never { reason } => {
                if board.never_push(reason.clone()) {
                    let source = source.name();
                    info!(source, reason, "no push here: changes are found by polling");
                    board.tell(Event::PushLost { reason });
                }
                tokio::time::sleep(jittered(TRY_AGAIN)).await;
            }
            Deaf::Lost(error) => {
                if lost(&board, &source, &error) {
                    signal.changed([]); // the store may be gone as well; a pass finds out
                    refused = !error.is_passing();
                } else if !error.is_passing() && !std::mem::replace(&mut refused, true) {
                    warn!(source = source.name(), %error, "listening is refused");
                }
                if worked && began.elapsed() > SETTLED {
                    backoff.reset();
                    continue; // the first try is made at once
                }
                tokio::select! {
                    () = board.store_back() => {}
                    () = tokio::time::sleep(backoff.next()) => {}
                }
            }
        }
    }
}

/// Notes the loss, and says whether it is a new one.
fn lost(board: &Board, source: &Arc<dyn Source>, error: &SourceError) -> bool {
    let (source, reason) = (source.name(), error.to_string());
    let is_news = board.lose_push(reason.clone());
    if is_news {
        warn!(source, error = reason, "no longer listening for changes; polling goes on");
        board.tell(Event::PushLost { reason });
    } else {
        debug!(source, error = reason, "still not listening");
    }
    is_news
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::Instant;

    use super::*;
    use crate::refresh::{BlockState, StoreState};
    use crate::source::{BoxFuture, Fetched, MemoryStore, Request};

    fn board() -> Arc<Board> {
        Arc::new(Board::new(
            "memory".to_owned(),
            StoreState::Connected,
            BlockState::Fresh,
            0,
            Vec::new(),
        ))
    }

    /// Listens as it is told to, the first time, the second time, and so on.
    struct Told(AtomicUsize, fn(usize, Signal) -> BoxFuture<'static, Deaf>);

    impl Source for Told {
        fn name(&self) -> String {
            "told".to_owned()
        }

        fn fetch<'a>(&'a self, _: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
            Box::pin(pending())
        }

        fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
            (self.1)(self.0.fetch_add(1, Ordering::SeqCst), signal)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn where_push_did_not_work_it_is_tried_again_after_five_minutes() {
        let told = Told(AtomicUsize::new(0), |time, signal| {
            if time == 0 {
                let reason = "there is a pooler".to_owned();
                return Box::pin(ready(Deaf::Never { reason }));
            }
            signal.listening();
            Box::pin(pending())
        });
        let ((signal, listening), began) = (Signal::new(), Instant::now());
        tokio::spawn(listen(Arc::new(told), signal, board()));
        listening.begins().await;
        let waited = began.elapsed();
        assert!(waited >= TRY_AGAIN * 9 / 10 && waited <= TRY_AGAIN * 11 / 10, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_worked_and_is_lost_is_tried_again_at_once() {
        let told = Told(AtomicUsize::new(0), |_, signal| {
            signal.listening();
            Box::pin(async {
                tokio::time::sleep(2 * SETTLED).await;
                Deaf::Lost(SourceError::unreachable("gone"))
            })
        });
        let ((signal, listening), began) = (Signal::new(), Instant::now());
        tokio::spawn(listen(Arc::new(told), signal, board()));
        listening.begins().await;
        listening.begins().await;
        assert!(began.elapsed() < 2 * SETTLED + Duration::from_millis(10));
    }

    #[tokio::test]
    async fn a_lost_listener_has_the_store_looked_at_at_once_and_not_at_the_next_poll() {
        let store = MemoryStore::new();
        let (signal, listening) = Signal::new();
        tokio::spawn(listen(Arc::new(store.clone()), signal, board()));
        assert!(listening.heard().await.listening);
        store.fail("gone");
        let heard = tokio::time::timeout(Duration::from_secs(5), listening.heard()).await;
        assert!(heard.unwrap().changed);
    }

    /// At epoch 1, then at epoch 2; counts how often it is asked.
    #[cfg(feature = "postgres")]
    struct Repeated(Arc<AtomicUsize>);

    #[cfg(feature = "postgres")]
    impl Source for Repeated {
        fn name(&self) -> String {
            "repeated".to_owned()
        }

        fn fetch<'a>(&'a self, _: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
            let asked = self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(ready(Ok(Fetched::unchanged(if asked < 2 { 1 } else { 2 }))))
        }

        fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
            signal.listening();
            Box::pin(async move {
                for after in [10.0, 0.3, 0.3, 10.0] {
                    tokio::time::sleep(Duration::from_secs_f64(after)).await;
                    signal.told(2, ["risk"]);
                }
                pending().await
            })
        }
    }

    #[cfg(feature = "postgres")]
    #[tokio::test(start_paused = true)]
    async fn an_epoch_that_readers_just_got_is_not_asked_for_again_and_later_it_is() {
        let asked = Arc::new(AtomicUsize::new(0));
        let builder = crate::Config::builder().store(Repeated(Arc::clone(&asked)));
        let config = builder.ttl(Duration::from_secs(3600)).start().await.unwrap();
        let begun = Instant::now();
        let after = |seconds| tokio::time::sleep_until(begun + Duration::from_secs(seconds));
        after(9).await;
        assert_eq!(asked.load(Ordering::SeqCst), 2, "at the start, and once it is listened to");
        after(19).await;
        assert_eq!(asked.load(Ordering::SeqCst), 3, "for the second epoch, once");
        after(22).await;
        assert_eq!(asked.load(Ordering::SeqCst), 4, "for what may be another store's second epoch");
        config.shutdown().await;
    }
}

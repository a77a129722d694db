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
    use super::*;
    use crate::refresh::{BlockState, StoreState};
    use crate::source::{BoxFuture, Fetched, MemoryStore, Request};

    fn board() -> Arc<Board> {
        Arc::new(Board::new("memory".to_owned(), StoreState::Connected, BlockState::Fresh, 0))
    }

    /// Has no push at first.
    struct Late(MemoryStore, std::sync::atomic::AtomicBool);

    impl Source for Late {
        fn name(&self) -> String {
            self.0.name()
        }

        fn fetch<'a>(
            &'a self,
            request: Request<'a>,
        ) -> BoxFuture<'a, Result<Fetched, SourceError>> {
            self.0.fetch(request)
        }

        fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
            if self.1.swap(true, std::sync::atomic::Ordering::SeqCst) {
                return self.0.changes(signal);
            }
            let reason = "there is a pooler".to_owned();
            Box::pin(std::future::ready(Deaf::Never { reason }))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn where_push_did_not_work_it_is_tried_again_after_five_minutes() {
        let source = Arc::new(Late(MemoryStore::new(), false.into()));
        let (signal, listening) = Signal::new();
        let began = tokio::time::Instant::now();
        tokio::spawn(listen(source, signal, board()));
        assert!(listening.heard().await.listening);
        let waited = began.elapsed();
        assert!(waited >= TRY_AGAIN * 9 / 10 && waited <= TRY_AGAIN * 11 / 10, "{waited:?}");
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
}

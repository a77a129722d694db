//! Telling the other readers of the store what to read again.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use crate::guarded::guarded;
use crate::key::Pattern;
use crate::keyed::Outbox;
use crate::refresh::backoff::Backoff;
use crate::schema::BlockSchema;
use crate::source::{Source, SourceError};

/// How long one word may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Tells them for as long as it is let. What cannot be told now is tried again; what the store refuses
/// is told of in the log.
pub(in crate::refresh) async fn tell(source: Arc<dyn Source>, outbox: Arc<Outbox>) {
    let mut is_refused = false;
    loop {
        let (block, patterns) = outbox.take().await;
        for pattern in &patterns {
            if let Err(error) = told(&*source, block, pattern).await
                && !std::mem::replace(&mut is_refused, true)
            {
                let block = block.name;
                warn!(block, %pattern, %error, "others are not told to read keys again; they notice changes all the same");
            }
        }
    }
}

async fn told(
    source: &dyn Source,
    block: &'static BlockSchema,
    pattern: &Pattern,
) -> Result<(), SourceError> {
    let Some(store) = source.store() else {
        return Err(SourceError::refused("this source cannot be written to"));
    };
    let mut backoff = Backoff::of_tries();
    loop {
        let told = guarded(async { store.invalidate(block, pattern).await });
        let late = || Err(SourceError::unreachable("no answer"));
        let panicked = || Err(SourceError::refused("the source panicked"));
        let told = tokio::time::timeout(LIMIT, told).await;
        match told.map_or_else(|_| late(), |told| told.unwrap_or_else(panicked)) {
            Err(error) if error.is_passing() => tokio::time::sleep(backoff.next()).await,
            told => return told.map(drop),
        }
    }
}

//! Asking the source, in a limited time, whatever it does; migrating it first where that was asked for.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant as Clock, timeout_at};
use tracing::{info, warn};

use crate::guarded::guarded;
use crate::schema::BlockSchema;
use crate::source::{Fetched, Incoming, Request, Source, SourceError};

/// How long an answer is waited for that goes on arriving: nothing else is refreshed meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// How often it is looked whether more has arrived.
const LOOK: Duration = Duration::from_millis(500);

/// A source, and the blocks that are read from it.
pub(super) struct Reader {
    source: Arc<dyn Source>,
    /// Blocks without a key.
    pub(super) schemas: Vec<&'static BlockSchema>,
    /// Those, and the keyed ones.
    all: Vec<&'static BlockSchema>,
    /// What is still to be done before the first read.
    migration: Option<Migration>,
    /// How many bytes of text a record may hold.
    pub(super) max_record: u64,
}

/// Bringing a store up to the blocks' types before they are read.
pub(crate) struct Migration {
    #[cfg(feature = "ops")]
    pub(crate) desk: crate::change::Desk,
}

impl Migration {
    /// What follows.
    #[cfg_attr(not(feature = "ops"), expect(clippy::unused_async, reason = "nothing is kept"))]
    async fn finish(&self) {
        #[cfg(feature = "ops")]
        self.desk.note_defaults().await;
    }
}

/// What to ask for besides what changed; see [`Request`].
pub(super) struct Ask<'a> {
    pub(super) since: Option<u64>,
    pub(super) also: &'a [&'static str],
    pub(super) hint: &'a [&'static str],
    /// For how long the source may be silent.
    pub(super) limit: Duration,
    /// Whether it may take longer than that, as long as its answer is arriving.
    pub(super) is_patient: bool,
}

impl Reader {
    pub(super) fn new(
        source: Arc<dyn Source>,
        schemas: Vec<&'static BlockSchema>,
        keyed: impl Iterator<Item = &'static BlockSchema>,
        migration: Option<Migration>,
        max_record: u64,
    ) -> Self {
        let all = schemas.iter().copied().chain(keyed).collect();
        Self { source, schemas, all, migration, max_record }
    }

    pub(super) fn name(&self) -> String {
        self.source.name()
    }

    /// Asks, and answers for a source that hangs or panics.
    pub(super) async fn fetch(&mut self, ask: Ask<'_>) -> Result<Fetched, SourceError> {
        let (limit, is_patient, incoming) = (ask.limit, ask.is_patient, Incoming::default());
        let mut fetching = pin!(guarded(self.try_fetch(ask, &incoming)));
        let began = Clock::now();
        let (mut heard, mut count) = (began, 0);
        loop {
            let end = if is_patient { (heard + limit).min(began + LONGEST) } else { began + limit };
            match timeout_at(end.min(Clock::now() + LOOK), &mut fetching).await {
                Ok(Some(fetched)) => return fetched,
                Ok(None) => {
                    return Err(SourceError::refused(
                        "the source panicked; its message is in the program's output",
                    ));
                }
                Err(_) if Clock::now() >= end => break,
                Err(_) => {}
            }
            if incoming.count() > count {
                (heard, count) = (Clock::now(), incoming.count());
            }
        }
        let whole = Duration::from_secs(began.elapsed().as_secs());
        let waited = if count == 0 { limit } else { whole };
        Err(SourceError::unreachable(format!(
            "no answer within {}: see that the store is not frozen, overloaded or cut off",
            humantime::format_duration(waited)
        )))
    }

    async fn try_fetch(
        &mut self,
        ask: Ask<'_>,
        incoming: &Incoming,
    ) -> Result<Fetched, SourceError> {
        let refusal = self.migrate().await.err();
        let mut request = Request::everything(&self.all);
        request.since = ask.since;
        request.also = ask.also;
        request.hint = ask.hint;
        request.max_record = self.max_record;
        request.incoming = incoming;
        let fetched = self.source.fetch(request).await;
        let fetched = fetched.and_then(|fetched| self.believable(fetched, ask.since));
        match (fetched, refusal) {
            (Ok(fetched), Some(error)) => {
                warn!(%error, "the store was not migrated, and is read as it is");
                if !error.is_passing() {
                    self.migration = None; // else, for somebody else's lock, say, the next pass tries again
                }
                Ok(fetched)
            }
            (fetched, None) => fetched,
            // What kept it from being set up is why it cannot be read.
            (Err(_), Some(error)) => Err(error),
        }
    }

    /// The answer to what changed after `since`, without what is too large.
    ///
    /// # Errors
    /// If it is older than that and leaves blocks out: it knows nothing of the changes since, and to
    /// install some of it would mix two times. An older one that is whole is a store restored.
    fn believable(&self, mut fetched: Fetched, since: Option<u64>) -> Result<Fetched, SourceError> {
        let has = |name| fetched.blocks.contains_key(name) || fetched.keyed.contains_key(name);
        let is_whole = || self.all.iter().all(|block| has(block.name));
        if let Some(since) = since.filter(|since| fetched.epoch < *since && !is_whole()) {
            return Err(SourceError::unreachable(format!(
                "it answered with some blocks as of epoch {}, and readers have {since}: everything \
                 is asked for anew",
                fetched.epoch
            )));
        }
        for record in fetched.blocks.values_mut().flatten() {
            *record = record.take().map(|record| record.within(self.max_record));
        }
        Ok(fetched)
    }

    /// Migrates if that is still to do. A store that refuses may be readable all the same.
    async fn migrate(&mut self) -> Result<(), SourceError> {
        let Some(migration) = &self.migration else {
            return Ok(());
        };
        let store = self.source.store().ok_or_else(|| {
            SourceError::refused(
                "it is not a store that can be migrated: set its tables up yourself",
            )
        })?;
        for step in store.migrate(&self.all).await? {
            if step.done {
                info!(%step, "migrated");
            } else {
                warn!(%step, "migration leaves this to you");
            }
        }
        migration.finish().await;
        self.migration = None;
        Ok(())
    }
}

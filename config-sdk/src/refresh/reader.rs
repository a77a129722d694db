//! Asking the source, in a limited time, whatever it does; migrating it first where that was asked for.

use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

use crate::guarded::guarded;
use crate::schema::BlockSchema;
use crate::source::{Fetched, Request, Source, SourceError};

/// A source, and the blocks that are read from it.
pub(super) struct Reader {
    source: Arc<dyn Source>,
    pub(super) schemas: Vec<&'static BlockSchema>,
    /// Whether the source is still to be migrated.
    migrate: bool,
    /// How many bytes of text a record may hold.
    pub(super) max_record: u64,
}

/// What to ask for besides what changed; see [`Request`].
pub(super) struct Ask<'a> {
    pub(super) since: Option<u64>,
    pub(super) also: &'a [&'static str],
    pub(super) hint: &'a [&'static str],
    pub(super) limit: Duration,
}

impl Reader {
    pub(super) fn new(
        source: Arc<dyn Source>,
        schemas: Vec<&'static BlockSchema>,
        migrate: bool,
        max_record: u64,
    ) -> Self {
        Self { source, schemas, migrate, max_record }
    }

    pub(super) fn name(&self) -> String {
        self.source.name()
    }

    /// Asks, and answers for a source that hangs or panics.
    pub(super) async fn fetch(&mut self, ask: Ask<'_>) -> Result<Fetched, SourceError> {
        let limit = ask.limit;
        match tokio::time::timeout(limit, guarded(self.try_fetch(ask))).await {
            Ok(Some(fetched)) => fetched,
            Ok(None) => Err(SourceError::refused(
                "the source panicked; its message is in the program's output",
            )),
            Err(_) => Err(SourceError::unreachable(format!(
                "no answer within {}",
                humantime::format_duration(limit)
            ))),
        }
    }

    async fn try_fetch(&mut self, ask: Ask<'_>) -> Result<Fetched, SourceError> {
        let refusal = match self.migrate().await {
            Err(error) if error.is_passing() => return Err(error),
            migrated => migrated.err(),
        };
        let mut request = Request::everything(&self.schemas);
        request.since = ask.since;
        request.also = ask.also;
        request.hint = ask.hint;
        request.max_record = self.max_record;
        let mut fetched = self.source.fetch(request).await?;
        for record in fetched.blocks.values_mut().flatten() {
            *record = record.take().map(|record| record.within(self.max_record));
        }
        if let Some(error) = refusal {
            warn!(%error, "the store was not migrated, and is read as it is");
            self.migrate = false;
        }
        Ok(fetched)
    }

    /// Migrates if that is still to do. A store that refuses may be readable all the same.
    async fn migrate(&mut self) -> Result<(), SourceError> {
        if !self.migrate {
            return Ok(());
        }
        let store = self.source.store().ok_or_else(|| {
            SourceError::refused(
                "it is not a store that can be migrated: set its tables up yourself",
            )
        })?;
        for step in store.migrate(&self.schemas).await? {
            if step.done {
                info!(%step, "migrated");
            } else {
                warn!(%step, "migration leaves this to you");
            }
        }
        self.migrate = false;
        Ok(())
    }
}

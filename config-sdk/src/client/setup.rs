//! Setting a store up for a builder's blocks, without starting.

use std::sync::Arc;

use super::builder::LONGEST;
use super::{ConfigBuilder, StartError};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::source::{self, Dialect};
use crate::source::{Source, SourceError, Step, Store};

impl ConfigBuilder {
    /// The SQL that sets up a store for these blocks, to take into a migration tool of your own.
    /// Running it twice is harmless.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    #[must_use]
    pub fn schema(&self, dialect: Dialect) -> String {
        source::schema(dialect, &self.schemas())
    }

    /// Brings the store's tables up to the structs now, without starting, and returns what was done
    /// and what is left to a person. For a deployment step.
    ///
    /// # Errors
    /// If the builder is put together wrongly, or the store cannot be reached or refuses.
    pub async fn migrate_now(&self) -> Result<Vec<Step>, StartError> {
        let source = self.source_to_set_up()?;
        let schemas = self.schemas();
        let store = store(&*source)?;
        let migrate = async {
            let steps = store.migrate(&schemas).await?;
            #[cfg(feature = "ops")]
            self.desk_of(&source).note_defaults().await;
            Ok(steps)
        };
        self.set_up(migrate).await
    }

    /// Lets the tables that were there before tell of their changes, now and without starting: adds our
    /// triggers to those of blocks with `#[config(adopt)]`, and nothing else. Returns what was done, with
    /// its SQL. Without it such tables are read again with each time to live.
    ///
    /// [`migrate_now`](Self::migrate_now) lists the same as steps that it leaves to their owner.
    ///
    /// # Errors
    /// As [`migrate_now`](Self::migrate_now).
    pub async fn adopt_now(&self) -> Result<Vec<Step>, StartError> {
        let source = self.source_to_set_up()?;
        let schemas = self.schemas();
        self.set_up(store(&*source)?.adopt(&schemas)).await
    }

    fn source_to_set_up(&self) -> Result<Arc<dyn Source>, StartError> {
        let mut mistakes = Vec::new();
        self.source(&mut mistakes).ok_or(StartError::Mistakes(mistakes))
    }

    async fn set_up(
        &self,
        steps: impl Future<Output = Result<Vec<Step>, SourceError>>,
    ) -> Result<Vec<Step>, StartError> {
        let steps = tokio::time::timeout(self.start_timeout.min(LONGEST), steps).await;
        let late = || SourceError::unreachable("no answer within the start timeout");
        steps
            .unwrap_or_else(|_| Err(late()))
            .map_err(|error| StartError::Migrate(error.to_string()))
    }
}

/// The writing half of a source.
fn store(source: &dyn Source) -> Result<&dyn Store, StartError> {
    let missing = || StartError::Migrate("this source cannot be migrated".to_owned());
    source.store().ok_or_else(missing)
}

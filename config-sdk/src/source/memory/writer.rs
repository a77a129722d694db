//! What operators ask of a store in memory.

use std::time::Duration;

use super::MemoryStore;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{
    BoxFuture, DefaultText, Expiring, Past, Place, Reported, SourceError, Write, WriteError,
    Writer, Written, checked,
};

impl Writer for MemoryStore {
    fn rows<'a>(
        &'a self,
        places: &'a [Place],
    ) -> BoxFuture<'a, Result<Vec<Option<Record>>, SourceError>> {
        Box::pin(async move {
            self.answer(|rows| places.iter().map(|place| rows.active(place)).collect()).await?
        })
    }

    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Written, WriteError>> {
        Box::pin(async move {
            checked::check(write)?;
            // Misbehaves before it writes, so that an error says that nothing was.
            self.answer(|_| ()).await?;
            let mut rows = self.rows();
            let before = rows.epoch;
            let written = rows.write(write)?;
            drop(rows);
            if written.epoch > before {
                self.notify();
            }
            Ok(written)
        })
    }

    fn past<'a>(
        &'a self,
        place: &'a Place,
        limit: usize,
    ) -> BoxFuture<'a, Result<Past, SourceError>> {
        Box::pin(async move { self.answer(|rows| rows.past(place, limit)).await? })
    }

    fn drafts<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<(Place, Record)>, SourceError>> {
        Box::pin(self.answer(move |rows| rows.drafts(blocks)))
    }

    fn expiring(&self) -> BoxFuture<'_, Result<Vec<Expiring>, SourceError>> {
        Box::pin(self.answer(|rows| rows.operators.expiring()))
    }

    fn note_defaults<'a>(
        &'a self,
        defaults: &'a [DefaultText],
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            self.answer(|_| ()).await?;
            self.rows().operators.defaults.extend(defaults.iter().cloned());
            Ok(())
        })
    }

    fn noted_defaults(&self) -> BoxFuture<'_, Result<Vec<DefaultText>, SourceError>> {
        Box::pin(self.answer(|rows| rows.operators.defaults.iter().cloned().collect()))
    }

    fn report<'a>(
        &'a self,
        process: &'a str,
        note: &'a str,
        keep: Duration,
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            self.answer(|_| ()).await?;
            self.rows().operators.report(process, note, keep);
            Ok(())
        })
    }

    fn leave<'a>(&'a self, process: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        Box::pin(async move {
            self.answer(|_| ()).await?;
            self.rows().operators.processes.remove(process);
            Ok(())
        })
    }

    fn processes(&self) -> BoxFuture<'_, Result<Vec<Reported>, SourceError>> {
        Box::pin(self.answer(|rows| rows.operators.processes()))
    }
}

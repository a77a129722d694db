//! What operators ask of an SQLite file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::select::Selection;
use super::{Open, SqliteStore, failure, past, read, write};
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::{
    BoxFuture, DefaultText, Expiring, Past, Place, Reported, SourceError, Which, Write, WriteError,
    Writer, Written, checked,
};

/// Why the file did not do as asked.
pub(super) enum Failure {
    /// The database says so.
    Database(rusqlite::Error),
    /// Somebody has to do something about it, which this says.
    Refused(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl Failure {
    fn told(self, path: &Path) -> SourceError {
        let error = match self {
            Self::Refused(why) => return SourceError::refused(why),
            Self::Database(error) => error,
        };
        match (error.sqlite_error_code(), &error) {
            // The sentence of a rule, or which constraint of an adopted table it was.
            (
                Some(ErrorCode::ConstraintViolation),
                rusqlite::Error::SqliteFailure(_, Some(why)),
            ) => SourceError::refused(why.clone()),
            (Some(ErrorCode::ReadOnly), _) => SourceError::refused(format!(
                "{} may not be written: see who owns the file and its folder",
                path.display()
            )),
            (Some(ErrorCode::Unknown), _) if !error.to_string().contains("config_sdk_epoch") => {
                SourceError::refused(format!(
                    "{}: {error}: add `.migrate()`, or compare with the SQL that `schema` prints",
                    path.display()
                ))
            }
            _ => failure(path, error),
        }
    }
}

impl SqliteStore {
    async fn operate<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, SourceError> {
        let path = self.path.clone();
        let work = move |open: &mut Open| {
            work(&mut open.connection).map_err(|failure| failure.told(&path))
        };
        self.with(&self.operating, false, work).await
    }
}

impl Writer for SqliteStore {
    fn rows<'a>(
        &'a self,
        places: &'a [Place],
    ) -> BoxFuture<'a, Result<Vec<Option<Record>>, SourceError>> {
        let places = places.to_vec();
        Box::pin(self.operate(move |connection| {
            let moment = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
            places.iter().map(|place| active(&moment, place)).collect()
        }))
    }

    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Written, WriteError>> {
        Box::pin(async move {
            checked::check(write)?;
            let write = write.clone();
            self.operate(move |connection| write::write(connection, &write)).await?
        })
    }

    fn past<'a>(
        &'a self,
        place: &'a Place,
        limit: usize,
    ) -> BoxFuture<'a, Result<Past, SourceError>> {
        let place = place.clone();
        Box::pin(self.operate(move |connection| past::past(connection, &place, limit)))
    }

    fn drafts<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<(Place, Record)>, SourceError>> {
        let blocks = blocks.to_vec();
        Box::pin(self.operate(move |connection| past::drafts(connection, &blocks)))
    }

    fn expiring(&self) -> BoxFuture<'_, Result<Vec<Expiring>, SourceError>> {
        Box::pin(self.operate(|connection| Ok(past::expiring(connection)?)))
    }

    fn note_defaults<'a>(
        &'a self,
        defaults: &'a [DefaultText],
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        let defaults = defaults.to_vec();
        Box::pin(self.operate(move |connection| Ok(past::note_defaults(connection, &defaults)?)))
    }

    fn noted_defaults(&self) -> BoxFuture<'_, Result<Vec<DefaultText>, SourceError>> {
        Box::pin(self.operate(|connection| Ok(past::noted_defaults(connection)?)))
    }

    fn report<'a>(
        &'a self,
        process: &'a str,
        note: &'a str,
        keep: Duration,
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        let (process, note) = (process.to_owned(), note.to_owned());
        Box::pin(
            self.operate(move |connection| Ok(past::report(connection, &process, &note, keep)?)),
        )
    }

    fn leave<'a>(&'a self, process: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        let process = process.to_owned();
        Box::pin(self.operate(move |connection| Ok(past::leave(connection, &process)?)))
    }

    fn processes(&self) -> BoxFuture<'_, Result<Vec<Reported>, SourceError>> {
        Box::pin(self.operate(|connection| Ok(past::processes(connection)?)))
    }
}

/// The active row of a place, whatever its size.
pub(super) fn active(moment: &Connection, place: &Place) -> Result<Option<Record>, Failure> {
    let block = place.block;
    if !block.is_keyed() {
        let found = selection(moment, block, |selection: Selection<'_>| selection.only())?;
        return found.map_err(Failure::Refused);
    }
    let key = place.key.as_slice();
    let rows =
        selection(moment, block, |selection: Selection<'_>| selection.some(Which::Keys(key)))?;
    let record = match key {
        [] => rows.shared,
        _ => rows.own.into_iter().next().map(|(_, record)| record),
    };
    match rows.odd.into_iter().next() {
        // Of the others it is no matter here.
        Some(odd) if record.is_none() => Err(Failure::Refused(odd)),
        _ => Ok(record),
    }
}

/// Reads rows of `block` as `read` says, and says of a table that cannot be read what to do.
pub(super) fn selection<R>(
    moment: &Connection,
    block: &BlockSchema,
    read: impl FnOnce(Selection<'_>) -> rusqlite::Result<R>,
) -> Result<R, Failure> {
    read::reading(moment, block, u64::MAX, read)?.map_err(Failure::Refused)
}

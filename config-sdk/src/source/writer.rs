//! What an operator asks of a store: to write rows, and to tell what they were before.

use std::time::Duration;

use super::past::{DefaultText, Expiring, Past, Reported};
use super::write::{Place, Write, WriteError, Written};
use super::{BoxFuture, SourceError};
use crate::record::Record;
use crate::schema::BlockSchema;

/// The part of a store that operators use: it writes rows, and tells what they were before.
///
/// Whether a row is valid is not its business: the library judges the whole row by the block's type
/// before it comes here. Its business is that rows are written all together or not at all, from
/// exactly what they were made from, and that nothing of the past is lost.
pub trait Writer: Send + Sync {
    /// Yields the active rows of these places, all as of one moment; `None` where there is none. A row
    /// is never left out for its size.
    ///
    /// # Errors
    /// If the store cannot be reached, or one of the tables cannot be read.
    fn rows<'a>(
        &'a self,
        places: &'a [Place],
    ) -> BoxFuture<'a, Result<Vec<Option<Record>>, SourceError>>;

    /// Writes all of it in one transaction, or nothing. The future may be dropped: then it has
    /// happened or not, and never by half.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] if an active row is not the one that an entry was made from,
    /// [`WriteError::Undone`] if what it undoes is undone already; and if the store refuses or cannot
    /// be reached.
    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Written, WriteError>>;

    /// Yields what the rows of a place were and are, the newest `limit` changes of them.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn past<'a>(
        &'a self,
        place: &'a Place,
        limit: usize,
    ) -> BoxFuture<'a, Result<Past, SourceError>>;

    /// Yields all drafts of these blocks, of a keyed block those of every key.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn drafts<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<(Place, Record)>, SourceError>>;

    /// Yields the changes that will be undone by themselves, the next one first.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn expiring(&self) -> BoxFuture<'_, Result<Vec<Expiring>, SourceError>>;

    /// Keeps which texts are the compiled-in defaults now, beside those that were before.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn note_defaults<'a>(
        &'a self,
        defaults: &'a [DefaultText],
    ) -> BoxFuture<'a, Result<(), SourceError>>;

    /// Yields every text that was noted as a default.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn noted_defaults(&self) -> BoxFuture<'_, Result<Vec<DefaultText>, SourceError>>;

    /// Keeps what a process says of itself for `keep`, in place of what it said before, and forgets
    /// the processes whose time is over. It moves no epoch.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn report<'a>(
        &'a self,
        process: &'a str,
        note: &'a str,
        keep: Duration,
    ) -> BoxFuture<'a, Result<(), SourceError>>;

    /// Forgets what a process said of itself: it ends.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn leave<'a>(&'a self, process: &'a str) -> BoxFuture<'a, Result<(), SourceError>>;

    /// Yields what the processes say of themselves whose time is not over.
    ///
    /// # Errors
    /// If the store cannot be reached or refuses.
    fn processes(&self) -> BoxFuture<'_, Result<Vec<Reported>, SourceError>>;
}

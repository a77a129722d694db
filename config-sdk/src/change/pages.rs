//! All rows of a keyed block, a page after the other.

use super::desk::Desk;
use crate::key::Key;
use crate::schema::BlockSchema;
use crate::source::{Rows, SourceError, Wanted, Which};

/// How many rows are read at a time.
const PAGE: usize = 1000;

/// A walk through the rows of a keyed block, as the store itself has them; not as of one moment.
pub(crate) struct Pages<'a> {
    desk: &'a Desk,
    block: &'static BlockSchema,
    max_record: u64,
    after: Option<Key>,
    is_over: bool,
}

impl Desk {
    /// Walks the rows of `block`, of which none is there if it has no key. Of a row of more than
    /// `max_record` bytes only its size is read.
    pub(crate) fn pages(&self, block: &'static BlockSchema, max_record: u64) -> Pages<'_> {
        Pages { desk: self, block, max_record, after: None, is_over: !block.is_keyed() }
    }
}

impl Pages<'_> {
    /// The next page; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Rows>, SourceError> {
        if self.is_over {
            return Ok(None);
        }
        let which = Which::Page { after: self.after.as_ref(), limit: PAGE };
        let Self { max_record, .. } = *self;
        let wanted = Wanted { max_record, fresh: true, ..Wanted::of(self.block, which) };
        let rows = self.desk.source.load(wanted).await?.rows;
        self.after = rows.own.last().map(|(key, _)| key.clone());
        self.is_over = self.after.is_none();
        Ok(Some(rows))
    }
}

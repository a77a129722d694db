//! A row of an answer, every column a text, by whichever protocol it came.

use tokio_postgres::{Row, SimpleQueryRow};

/// A row of an answer.
#[derive(Debug)]
pub(super) enum TextRow {
    /// To SQL as it stands, of which the server prints everything.
    Simple(SimpleQueryRow),
    /// To a prepared statement that yields nothing but texts.
    Prepared(Row),
}

impl TextRow {
    /// What a column holds; `None` if that is NULL, or there is no such column.
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        match self {
            Self::Simple(row) => row.try_get(column).ok().flatten(),
            Self::Prepared(row) => row.try_get(column).ok().flatten(),
        }
    }
}

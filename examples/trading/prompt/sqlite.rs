//! A person with the `sqlite3` program: every statement opens the file, runs and closes it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::Answer;
use crate::Failure;

/// A database is up to three files. The first comes back last: it is never seen without the others.
const PARTS: [&str; 3] = ["-wal", "-shm", ""];

/// A database file, here or moved away.
pub(super) struct File {
    path: String,
    away: bool,
}

impl File {
    pub(super) fn new(rest: &str) -> Self {
        Self { path: path(rest).to_owned(), away: false }
    }

    pub(super) fn run(&self, sql: &str) -> Result<Answer, Failure> {
        let connection = Connection::open(self.place())?;
        connection.busy_timeout(Duration::from_secs(2))?;
        let mut statement = connection.prepare(sql)?;
        let width = statement.column_count();
        let mut rows = statement.query([]).map_err(said)?;
        let mut first = None;
        while let Some(row) = rows.next().map_err(said)? {
            let column = |index| Ok(text(row.get_ref(index)?));
            let columns = (0..width).map(column).collect::<Result<_, rusqlite::Error>>()?;
            first = first.or(Some(columns));
        }
        Ok(first)
    }

    pub(super) fn is_away(&self) -> bool {
        self.away
    }

    pub(super) fn move_away(&mut self) -> Result<String, Failure> {
        self.away = true;
        self.rename(&self.path, &self.aside(), PARTS.into_iter().rev())
    }

    pub(super) fn move_back(&mut self) -> Result<String, Failure> {
        let done = self.rename(&self.aside(), &self.path, PARTS.into_iter())?;
        self.away = false;
        Ok(done)
    }

    fn place(&self) -> String {
        if self.away { self.aside() } else { self.path.clone() }
    }

    fn aside(&self) -> String {
        format!("{}.away", self.path)
    }

    fn rename(
        &self,
        from: &str,
        to: &str,
        parts: impl Iterator<Item = &'static str>,
    ) -> Result<String, Failure> {
        for part in parts {
            let from = PathBuf::from(format!("{from}{part}"));
            if from.exists() {
                fs::rename(from, format!("{to}{part}"))?;
            }
        }
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        Ok(format!("mv {} {}   # its -wal and -shm too", name(from), name(to)))
    }
}

/// The path in what follows `sqlite:`.
pub(super) fn path(rest: &str) -> &str {
    rest.strip_prefix("//").unwrap_or(rest)
}

/// What the store says, without the code in front.
fn said(error: rusqlite::Error) -> Failure {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.into(),
        other => other.into(),
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}

//! A person with the `sqlite3` program: every statement opens the file, runs and closes it.

use std::fs;
use std::path::PathBuf;

use config_examples::prompt::Prompt;

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

    pub(super) async fn run(&self, sql: &str) -> Result<Answer, Failure> {
        let rows = Prompt::file(&self.place())?.run(sql).await?;
        Ok(rows.into_iter().next())
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

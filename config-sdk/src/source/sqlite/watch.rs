//! Noticing that an SQLite file has changed, or is another one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::source::{Deaf, Signal, SourceError};

/// How often to look: a few microseconds' work, that reads no table.
const LOOK: Duration = Duration::from_millis(75);

/// Which file it is that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// None if there is no file.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let file = std::fs::metadata(path).ok()?;
        Some(Self(file.dev(), file.ino()))
    }

    /// None if there is no file. A file put in another's place at once is not told from it here.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|_| Self(0, 0))
    }
}

/// A connection of its own, because SQLite tells each connection only of the others' commits.
struct Watch {
    path: PathBuf,
    identity: Identity,
    connection: Connection,
    seen: Seen,
}

/// What SQLite counts of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Moves with each commit of another connection.
    commits: i64,
    /// Moves when a table is altered, made or dropped, and when a backup is restored into the file.
    shape: i64,
}

/// Looks until the file goes away or becomes another one.
pub(super) async fn watch(path: &Path, signal: Signal) -> Deaf {
    let path = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || Watch::open(path)).await;
    let mut watch = match opened {
        Ok(Ok(watch)) => watch,
        Ok(Err(error)) => return Deaf::Lost(error),
        Err(panic) => return Deaf::Lost(SourceError::refused(panic.to_string())),
    };
    signal.listening();
    loop {
        tokio::time::sleep(LOOK).await;
        let looked = tokio::task::spawn_blocking(move || {
            let before = watch.seen;
            let looked = watch.look();
            (watch, looked.map(|()| before))
        });
        match looked.await {
            Ok((same, Ok(before))) => {
                watch = same;
                if watch.seen.shape != before.shape {
                    signal.anew();
                } else if watch.seen != before {
                    signal.changed([]);
                }
            }
            Ok((_, Err(error))) => return Deaf::Lost(error),
            Err(panic) => return Deaf::Lost(SourceError::refused(panic.to_string())),
        }
    }
}

impl Watch {
    fn open(path: PathBuf) -> Result<Self, SourceError> {
        let gone = || SourceError::unreachable(format!("there is no file {}", path.display()));
        let identity = Identity::of(&path).ok_or_else(gone)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&path, flags);
        let connection = opened.map_err(|error| super::failure(&path, error))?;
        let mut watch = Self { seen: Seen::default(), path, identity, connection };
        watch.look()?;
        Ok(watch)
    }

    /// Takes note of what SQLite counts now.
    fn look(&mut self) -> Result<(), SourceError> {
        if Identity::of(&self.path).as_ref() != Some(&self.identity) {
            let path = self.path.display();
            return Err(SourceError::unreachable(format!("{path} went away or was exchanged")));
        }
        let count = |pragma| {
            let count = self.connection.pragma_query_value(None, pragma, |row| row.get(0));
            count.map_err(|error| super::failure(&self.path, error))
        };
        self.seen = Seen { commits: count("data_version")?, shape: count("schema_version")? };
        Ok(())
    }
}

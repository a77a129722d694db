//! Noticing that an SQLite file has changed, or is another one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::source::{Deaf, Signal, SourceError};

/// How often to look: a few microseconds' work, that reads no table while nobody writes.
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
    /// Moves with each change of a block, and not with what operators and processes leave. None of a
    /// file that has none.
    epoch: Option<i64>,
}

/// What is worth telling of what was seen.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Nothing,
    Changed,
    Anew,
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
            let looked = watch.look();
            (watch, looked)
        });
        match looked.await {
            Ok((same, Ok(news))) => {
                watch = same;
                match news {
                    News::Nothing => {}
                    News::Changed => signal.changed([]),
                    News::Anew => signal.anew(),
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

    /// Takes note of what is counted now.
    fn look(&mut self) -> Result<News, SourceError> {
        if Identity::of(&self.path).as_ref() != Some(&self.identity) {
            let path = self.path.display();
            return Err(SourceError::unreachable(format!("{path} went away or was exchanged")));
        }
        let count = |pragma| {
            let count = self.connection.pragma_query_value(None, pragma, |row| row.get(0));
            count.map_err(|error| super::failure(&self.path, error))
        };
        let before = self.seen;
        // Before the epoch: what is committed in between is seen by the next look.
        let (commits, shape) = (count("data_version")?, count("schema_version")?);
        let has_moved = (commits, shape) != (before.commits, before.shape);
        let epoch = if has_moved { self.epoch()? } else { before.epoch };
        self.seen = Seen { commits, shape, epoch };
        Ok(match (shape == before.shape, epoch == before.epoch) {
            (false, _) => News::Anew,
            (true, false) => News::Changed,
            (true, true) => News::Nothing,
        })
    }

    fn epoch(&self) -> Result<Option<i64>, SourceError> {
        let failed = |error| super::failure(&self.path, error);
        let sql = "select count(*) from sqlite_master where name = 'config_sdk_epoch'";
        let tables = self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        if tables.map_err(failed)? == 0 {
            return Ok(None);
        }
        let sql = "select epoch from config_sdk_epoch";
        self.connection.query_row(sql, [], |row| row.get(0)).optional().map_err(failed)
    }
}

#[cfg(all(test, feature = "ops"))]
mod tests {
    use super::*;
    use crate::source::ddl::sample;
    use crate::source::sqlite::{migrate, past};

    #[test]
    fn what_processes_report_wakes_nobody_and_a_change_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.db");
        let mut other = Connection::open(&path).unwrap();
        let mut watch = Watch::open(path.clone()).unwrap();
        assert_eq!(watch.look(), Ok(News::Nothing), "a file that nobody has set up yet");
        migrate::migrate(&mut other, &[&sample::limits()]).unwrap();
        assert_eq!(watch.look(), Ok(News::Anew));
        for note in ["here", "still here"] {
            let before = watch.seen;
            past::report(&mut other, "one", note, Duration::from_secs(60)).unwrap();
            assert_eq!(watch.look(), Ok(News::Nothing));
            assert_ne!(watch.seen, before, "the file has moved");
        }
        let rows = "insert into risk__limits (status, max) values ('active', 1)";
        other.execute_batch(rows).unwrap();
        assert_eq!(watch.look(), Ok(News::Changed));
        assert_eq!(watch.look(), Ok(News::Nothing));
        other.execute_batch("update config_sdk_epoch set epoch = 0").unwrap();
        assert_eq!(watch.look(), Ok(News::Changed), "a lower epoch is another one");
        other.execute_batch("alter table risk__limits add column more text").unwrap();
        assert_eq!(watch.look(), Ok(News::Anew));
        std::fs::rename(&path, folder.path().join("away")).unwrap();
        assert!(watch.look().is_err());
    }
}

//! A store with some blocks, written as the library writes it.

use std::sync::Arc;

use config_sdk::{
    ConfigBlock, Deed, Entry, Key, Place, PostgresStore, Record, Source, Texts, Write, WriteError,
    Writer, Written,
};
use config_tests::postgres::Database;

use crate::blocks::{First, Pace};
use crate::keys::Guild;
use crate::store::Store;

/// A database with the blocks `limits`, `pace` and `guild`, and one process that writes it.
pub(crate) struct Stage {
    pub(crate) store: Store,
    pub(crate) process: Process,
}

/// A process that writes.
#[derive(Clone)]
pub(crate) struct Process(Arc<dyn Source>);

impl Stage {
    pub(crate) async fn set() -> Self {
        let store = Store::postgres();
        let program = store.program::<First>().block::<Pace>().keyed::<Guild>(Default::default());
        program.migrate_now().await.unwrap();
        let process = Process(store.source());
        Self { store, process }
    }

    pub(crate) fn database(&self) -> &Database {
        match &self.store {
            Store::Postgres(database) => database,
            Store::Sqlite(_) => panic!("a Postgres store"),
        }
    }

    pub(crate) fn sql(&self, sql: &str) -> String {
        self.store.sql(sql)
    }
}

impl Process {
    pub(crate) fn at(url: &str) -> Self {
        Self(Arc::new(PostgresStore::new(url).unwrap()))
    }

    pub(crate) fn writer(&self) -> &dyn Writer {
        self.0.store().unwrap().writer().unwrap()
    }

    /// The active row of a place.
    pub(crate) async fn row(&self, place: &Place) -> Option<Record> {
        let rows = self.writer().rows(std::slice::from_ref(place)).await.unwrap();
        rows.into_iter().next().unwrap()
    }

    /// The entry that does `deed` to what is there.
    pub(crate) async fn entry(&self, place: &Place, deed: Deed) -> Entry {
        Entry::new(place.clone(), self.row(place).await, deed)
    }

    /// Does `deed` to what is there.
    pub(crate) async fn act(&self, place: &Place, deed: Deed) -> Result<Written, WriteError> {
        let entry = self.entry(place, deed).await;
        self.writer().write(&all([entry])).await
    }

    /// Sets a column of what is there.
    pub(crate) async fn set(&self, place: &Place, column: &str, text: &str) -> Written {
        self.act(place, Deed::Set(texts([(column, text)]))).await.unwrap()
    }
}

/// The one copy of block `T`, or what its copies inherit from.
pub(crate) fn place<T: ConfigBlock>() -> Place {
    Place { block: T::schema(), key: None }
}

pub(crate) fn guild(id: &str) -> Place {
    Place { block: Guild::schema(), key: Some(Key::new([id]).unwrap()) }
}

pub(crate) fn texts<const N: usize>(texts: [(&str, &str); N]) -> Texts {
    let owned = |(column, text): (&str, &str)| (column.to_owned(), Some(text.to_owned()));
    Texts(texts.map(owned).into_iter().collect())
}

pub(crate) fn all<const N: usize>(entries: [Entry; N]) -> Write {
    let mut write = Write::default();
    write.entries = entries.into();
    write
}

/// The same, said by somebody.
pub(crate) fn by(author: &str, reason: &str, mut write: Write) -> Write {
    write.author = Some(author.to_owned());
    write.reason = Some(reason.to_owned());
    write
}

/// Why a write was not done.
#[track_caller]
pub(crate) fn refusal(written: Result<Written, WriteError>) -> String {
    match written {
        Err(WriteError::Store(error)) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn text<'a>(record: &'a Record, column: &str) -> Option<&'a str> {
    record.columns.get(column)?.as_deref()
}

//! Many writers of one SQLite file at once.

use std::time::Duration;

use config_sdk::testing::conformance::blocks;
use config_sdk::{Deed, Entry, Place, Source, SqliteStore, Texts, Write, WriteError, Writer};

const WRITERS: usize = 16;
const TIMES: usize = 20;

/// Generous: the machine may be busy with other tests.
const SOON: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_writers_of_one_file_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let store = SqliteStore::new(&path);
    store.store().unwrap().migrate(blocks()).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        // Another way to the file for each, as of another process.
        let store = SqliteStore::new(&path);
        writers.spawn(async move {
            for _ in 0..TIMES {
                while !added(writer(&store), &format!("writer {number}")).await {}
            }
        });
    }
    tokio::time::timeout(SOON, writers.join_all()).await.expect("all written");

    let rows = writer(&store).rows(&[place()]).await.unwrap();
    let total = WRITERS * TIMES;
    assert_eq!(count(rows[0].as_ref()), total as u64);
    let past = writer(&store).past(&place(), total + 1).await.unwrap();
    let versions: Vec<_> = past.log.iter().map(|logged| logged.version.unwrap()).collect();
    assert_eq!(versions, (1..=total as u64).rev().collect::<Vec<_>>());
    let epochs: Vec<_> = past.log.iter().map(|logged| logged.epoch).collect();
    assert_eq!(epochs, versions, "one epoch each");
    for number in 0..WRITERS {
        let own = past.log.iter().filter(|logged| logged.who == format!("writer {number}"));
        assert_eq!(own.count(), TIMES);
    }
}

fn writer(store: &SqliteStore) -> &dyn Writer {
    store.store().unwrap().writer().unwrap()
}

fn place() -> Place {
    Place { block: blocks()[0], key: None }
}

fn count(row: Option<&config_sdk::Record>) -> u64 {
    let text = row.and_then(|row| row.columns.get("count").cloned().flatten());
    text.map_or(0, |text| text.parse().unwrap())
}

/// Adds one, unless somebody is faster or holds the file for too long.
async fn added(writer: &dyn Writer, author: &str) -> bool {
    let from = match writer.rows(&[place()]).await {
        Ok(mut rows) => rows.pop().unwrap(),
        Err(error) if error.is_passing() => return false,
        Err(error) => panic!("{error}"),
    };
    let count = (count(from.as_ref()) + 1).to_string();
    let deed = Deed::Set(Texts([("count".to_owned(), Some(count))].into()));
    let mut write = Write::default();
    write.author = Some(author.to_owned());
    write.entries = vec![Entry::new(place(), from, deed)];
    match writer.write(&write).await {
        Ok(_) => true,
        Err(WriteError::Conflict(_)) => false,
        Err(WriteError::Store(error)) if error.is_passing() => false,
        Err(error) => panic!("{error:?}"),
    }
}

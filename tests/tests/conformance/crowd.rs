//! Many writers of one SQLite file at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use config_sdk::testing::conformance::blocks;
use config_sdk::{
    BoxFuture, Config, ConfigBlock, Deaf, Deed, Entry, Fetched, Loaded, Place, Request, Signal,
    Source, SourceError, SqliteStore, Texts, Wanted, Write, WriteError, Writer,
};
use config_tests::wait;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_writers_that_report_as_well_meet_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let store = SqliteStore::new(&path);
    store.store().unwrap().migrate(blocks()).await.unwrap();
    let mut processes = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        let store = SqliteStore::new(&path);
        processes.spawn(async move {
            let name = format!("process {number}");
            let mut adds = 0;
            while adds < TIMES / 4 {
                adds += usize::from(try_add(writer(&store), &name).await?);
                writer(&store).report(&name, "here", SOON).await?;
            }
            Ok::<_, SourceError>(())
        });
    }
    let all = tokio::time::timeout(SOON, processes.join_all()).await.expect("all written");
    all.into_iter().collect::<Result<Vec<_>, _>>().expect("no lock escapes");
    let rows = writer(&store).rows(&[place()]).await.unwrap();
    assert_eq!(count(rows[0].as_ref()), (WRITERS * (TIMES / 4)) as u64);
    assert_eq!(writer(&store).processes().await.unwrap().len(), WRITERS);
}

/// A file, and how often it was read.
#[derive(Debug)]
struct Counted(SqliteStore, Arc<AtomicU64>);

impl Source for Counted {
    fn name(&self) -> String {
        self.0.name()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.fetch(request)
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        self.0.load(wanted)
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        self.0.changes(signal)
    }
}

/// A block of its own, in the same file.
#[derive(Debug, ConfigBlock)]
#[config(name = "calm")]
struct Calm {
    #[config(default = 0)]
    number: u32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_other_processes_report_makes_nobody_read_and_a_change_still_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let (store, fetches) = (SqliteStore::new(&path), Arc::<AtomicU64>::default());
    store.store().unwrap().migrate(&[Calm::schema()]).await.unwrap();
    let counted = Counted(SqliteStore::new(&path), Arc::clone(&fetches));
    let config = Config::builder().block::<Calm>().store(counted).ttl(SOON * 30);
    let config = config.start().await.unwrap();
    let wait = |what, number| {
        wait::until(what, SOON, {
            let config = config.clone();
            move || std::future::ready(config.get::<Calm>().number == number)
        })
    };
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("insert into calm_config (status, number) values ('active', 1)").unwrap();
    wait("the first", 1).await;
    let before = fetches.load(Ordering::SeqCst);
    // Long enough for many looks at the file.
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        writer(&store).report("one", "here", SOON).await.unwrap();
    }
    other.execute_batch("update calm_config set number = 2").unwrap();
    wait("the second", 2).await;
    // One for each of the changes at most: the first may have been read before it was heard of.
    let reads = fetches.load(Ordering::SeqCst) - before;
    assert!(reads <= 2, "read {reads} times");
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
    match try_add(writer, author).await {
        Ok(added) => added,
        Err(error) if error.is_passing() => false,
        Err(error) => panic!("{error}"),
    }
}

/// Adds one, unless somebody is faster.
async fn try_add(writer: &dyn Writer, author: &str) -> Result<bool, SourceError> {
    let from = writer.rows(&[place()]).await?.pop().unwrap();
    let count = (count(from.as_ref()) + 1).to_string();
    let deed = Deed::Set(Texts([("count".to_owned(), Some(count))].into()));
    let mut write = Write::default();
    write.author = Some(author.to_owned());
    write.entries = vec![Entry::new(place(), from, deed)];
    match writer.write(&write).await {
        Ok(_) => Ok(true),
        Err(WriteError::Conflict(_)) => Ok(false),
        Err(WriteError::Store(error)) => Err(error),
        Err(error) => panic!("{error:?}"),
    }
}

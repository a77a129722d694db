//! The writers that come with the library, run through the rules of writing; and the rules find what
//! they are there to find.

use std::sync::Arc;

use config_sdk::testing::conformance::{Row, Subject, broken_writer_rules, hold_writer};
use config_sdk::{
    BlockSchema, BoxFuture, DefaultText, Difference, Expiring, Fetched, Loaded, MemoryStore, Past,
    Place, Record, Reported, Request, Source, SourceError, Step, Store, Wanted, Write, WriteError,
    Writer, Written,
};

use crate::stores::{Memory, Postgres, Sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_rules_of_writing() {
    hold_writer(&Memory(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_rules_of_writing() {
    hold_writer(&Sqlite::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_rules_of_writing() {
    hold_writer(&Postgres::new().await).await;
}

/// What is wrong with a writer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    OverwritesWhatIsThere,
    WritesOneByOne,
    ForgetsTheAuthor,
    ForgetsTheRowBefore,
    TellsSecrets,
    UndoesTwice,
    ForgetsNobody,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_of_a_writer_breaks_the_rule_about_it() {
    assert_eq!(broken(Flaw::None).await, [""; 0]);
    for (flaw, rule) in [
        (Flaw::OverwritesWhatIsThere, "a conflict names what is there and nothing is written"),
        (Flaw::OverwritesWhatIsThere, "writers at once lose nothing"),
        (Flaw::WritesOneByOne, "what is written at once is one epoch"),
        (Flaw::WritesOneByOne, "a conflict names what is there and nothing is written"),
        (Flaw::ForgetsTheAuthor, "an author given twice is the author twice"),
        (Flaw::ForgetsTheRowBefore, "the past tells the row before"),
        (Flaw::TellsSecrets, "a secret is named in the past and never told"),
        (Flaw::UndoesTwice, "an expiring change is undone once"),
        (Flaw::ForgetsNobody, "what processes say moves no epoch"),
    ] {
        let broken = broken(flaw).await;
        let is_found = broken.iter().any(|broken| broken == rule);
        assert!(is_found, "{flaw:?} should break {rule:?}, and broke {broken:?}");
    }
}

async fn broken(flaw: Flaw) -> Vec<String> {
    let flawed = Flawed { store: MemoryStore::new(), flaw };
    let broken = broken_writer_rules(&flawed).await;
    broken.into_iter().map(|broken| broken.rule).collect()
}

/// A store in memory, written through a writer with a flaw.
#[derive(Clone)]
struct Flawed {
    store: MemoryStore,
    flaw: Flaw,
}

impl Flawed {
    fn sound(&self) -> &dyn Writer {
        self.store.store().unwrap().writer().unwrap()
    }

    async fn flawed(&self, mut write: Write) -> Result<Written, WriteError> {
        match self.flaw {
            Flaw::OverwritesWhatIsThere => {
                let places: Vec<_> = write.entries.iter().map(|one| one.place.clone()).collect();
                let rows = self.sound().rows(&places).await?;
                // As one does who reads, and does not look again when it writes.
                tokio::task::yield_now().await;
                for (entry, row) in write.entries.iter_mut().zip(rows) {
                    entry.from = row;
                }
            }
            Flaw::WritesOneByOne if write.entries.len() > 1 => {
                let mut written = Written::default();
                for entry in std::mem::take(&mut write.entries) {
                    let mut one = write.clone();
                    one.entries.push(entry);
                    let one = self.sound().write(&one).await?;
                    written.epoch = one.epoch;
                    written.versions.extend(one.versions);
                    tokio::task::yield_now().await;
                }
                return Ok(written);
            }
            Flaw::ForgetsTheAuthor => write.author = None,
            Flaw::UndoesTwice => write.undoes.clear(),
            _ => {}
        }
        self.sound().write(&write).await
    }
}

impl Subject for Flawed {
    fn source(&self) -> Arc<dyn Source> {
        Arc::new(self.clone())
    }

    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
        Box::pin(async move { Memory(self.store.clone()).write(rows).await })
    }

    fn has_keys(&self) -> bool {
        true
    }
}

impl Source for Flawed {
    fn name(&self) -> String {
        "flawed".to_owned()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        self.store.fetch(request)
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        self.store.load(wanted)
    }

    fn store(&self) -> Option<&dyn Store> {
        Some(self)
    }
}

impl Store for Flawed {
    fn migrate<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Step>, SourceError>> {
        Store::migrate(&self.store, blocks)
    }

    fn check<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<Difference>, SourceError>> {
        Store::check(&self.store, blocks)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

impl Writer for Flawed {
    fn rows<'a>(
        &'a self,
        places: &'a [Place],
    ) -> BoxFuture<'a, Result<Vec<Option<Record>>, SourceError>> {
        self.sound().rows(places)
    }

    fn write<'a>(&'a self, write: &'a Write) -> BoxFuture<'a, Result<Written, WriteError>> {
        Box::pin(self.flawed(write.clone()))
    }

    fn past<'a>(
        &'a self,
        place: &'a Place,
        limit: usize,
    ) -> BoxFuture<'a, Result<Past, SourceError>> {
        Box::pin(async move {
            let mut past = self.sound().past(place, limit).await?;
            for logged in &mut past.log {
                match (self.flaw, &mut logged.before) {
                    (Flaw::ForgetsTheRowBefore, before) => *before = None,
                    (Flaw::TellsSecrets, Some((_, record))) => {
                        record.columns.insert("token".to_owned(), Some("hunter2".to_owned()));
                    }
                    _ => {}
                }
            }
            Ok(past)
        })
    }

    fn drafts<'a>(
        &'a self,
        blocks: &'a [&'static BlockSchema],
    ) -> BoxFuture<'a, Result<Vec<(Place, Record)>, SourceError>> {
        self.sound().drafts(blocks)
    }

    fn expiring(&self) -> BoxFuture<'_, Result<Vec<Expiring>, SourceError>> {
        self.sound().expiring()
    }

    fn note_defaults<'a>(
        &'a self,
        defaults: &'a [DefaultText],
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        self.sound().note_defaults(defaults)
    }

    fn noted_defaults(&self) -> BoxFuture<'_, Result<Vec<DefaultText>, SourceError>> {
        self.sound().noted_defaults()
    }

    fn report<'a>(
        &'a self,
        process: &'a str,
        note: &'a str,
        keep: std::time::Duration,
    ) -> BoxFuture<'a, Result<(), SourceError>> {
        self.sound().report(process, note, keep)
    }

    fn leave<'a>(&'a self, process: &'a str) -> BoxFuture<'a, Result<(), SourceError>> {
        match self.flaw {
            Flaw::ForgetsNobody => Box::pin(std::future::ready(Ok(()))),
            _ => self.sound().leave(process),
        }
    }

    fn processes(&self) -> BoxFuture<'_, Result<Vec<Reported>, SourceError>> {
        self.sound().processes()
    }
}

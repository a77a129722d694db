//! The suite finds what it is there to find: a source with a flaw breaks the rule about it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use config_sdk::testing::conformance::{Row, Subject, broken_rules};
use config_sdk::{
    BlockSchema, BoxFuture, Deaf, Fetched, Found, MemoryStore, Record, Request, Signal, Source,
    SourceError,
};

use crate::stores::Memory;

/// What is wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    ForgetsAlso,
    TrustsHints,
    YieldsEverything,
    EpochMovesByItself,
    EpochStandsStill,
    IgnoresHighEpochs,
    YieldsWhatItReadFirst,
    ForgetsRemovedRows,
    YieldsForgottenBlocks,
    FailsAsAWhole,
    ReadsBlockByBlock,
    LosesTheLastDigits,
    EmptyIsNull,
    BreaksWhenDropped,
    VersionStandsStill,
    Deaf,
    NeverListens,
    ListensForEver,
    ShowsItsPassword,
    Panics,
    ForgetsAKey,
    TellsKeysLate,
    TellsAllKeys,
    ForgetsSharedRows,
    SharedRowChangesNoKey,
    ForgetsRemovedKeys,
    FailsKeyedAsAWhole,
    ForgetsPatterns,
    LoadsNoSharedRow,
    LoadsForgetTheLastKey,
    LoadsAnOlderEpoch,
    LoadsRowByRow,
    TrimsKeys,
    PagesTwice,
    PagesShort,
    LoadsBreakWhenDropped,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_a_flaw_breaks_no_rule() {
    assert_eq!(broken(Flaw::None).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_breaks_the_rule_about_it() {
    let cases = [
        (Flaw::ForgetsAlso, "also names blocks that come in any case"),
        (Flaw::TrustsHints, "a wrong hint does no harm"),
        (Flaw::YieldsEverything, "only what changed is yielded"),
        (Flaw::EpochMovesByItself, "where nothing changed nothing is yielded"),
        (Flaw::EpochStandsStill, "the epoch grows with each change"),
        (Flaw::IgnoresHighEpochs, "an epoch above the store's own means everything"),
        (Flaw::YieldsWhatItReadFirst, "only what changed is yielded"),
        (Flaw::ForgetsRemovedRows, "a row that was removed is found missing"),
        (Flaw::YieldsForgottenBlocks, "blocks that were not asked for are left out"),
        (Flaw::FailsAsAWhole, "a block that cannot be read fails alone"),
        (Flaw::ReadsBlockByBlock, "a fetch is as of one moment"),
        (Flaw::LosesTheLastDigits, "every text comes back as it was written"),
        (Flaw::EmptyIsNull, "no text and empty text are two things"),
        (Flaw::BreaksWhenDropped, "a fetch dropped half way leaves the source usable"),
        (Flaw::VersionStandsStill, "the version grows with each change of its block"),
        (Flaw::Deaf, "a change after listening is signalled"),
        (Flaw::NeverListens, "a change after listening is signalled"),
        (Flaw::ListensForEver, "dropped listening ends"),
        (Flaw::ShowsItsPassword, "no password is shown"),
        (Flaw::Panics, "the first fetch yields every block"),
        (Flaw::ForgetsAKey, "keys changed in one transaction come together"),
        (Flaw::TellsKeysLate, "only the keys that changed are yielded"),
        (Flaw::TellsAllKeys, "only the keys that changed are yielded"),
        (Flaw::ForgetsSharedRows, "the first fetch yields all keys"),
        (Flaw::SharedRowChangesNoKey, "a changed shared row is a change of all keys"),
        (Flaw::ForgetsRemovedKeys, "a row of a key that was removed is found missing"),
        (Flaw::FailsKeyedAsAWhole, "a keyed block that cannot be read fails alone"),
        (Flaw::ForgetsPatterns, "an invalidation is heard of as a change"),
        (Flaw::LoadsNoSharedRow, "keys are loaded with the row that they inherit from"),
        (Flaw::LoadsForgetTheLastKey, "keys are loaded with the row that they inherit from"),
        (Flaw::LoadsAnOlderEpoch, "a load is of this epoch"),
        (Flaw::LoadsRowByRow, "a load is as of one moment"),
        (Flaw::TrimsKeys, "every text is a key and no other"),
        (Flaw::PagesTwice, "page after page visits every key once"),
        (Flaw::PagesShort, "page after page visits every key once"),
        (Flaw::LoadsBreakWhenDropped, "a load dropped half way leaves the source usable"),
    ];
    // Side by side, because some flaws show only after a while.
    let runs: Vec<_> =
        cases.map(|(flaw, rule)| (flaw, rule, tokio::spawn(broken(flaw)))).into_iter().collect();
    for (flaw, rule, run) in runs {
        let broken = run.await.unwrap();
        let is_found = broken.iter().any(|broken| broken == rule);
        assert!(is_found, "{flaw:?} should break {rule:?}, and broke {broken:?}");
    }
}

/// The rules that a source with `flaw` breaks.
async fn broken(flaw: Flaw) -> Vec<String> {
    let broken = broken_rules(&Flawed::new(flaw)).await;
    broken.into_iter().map(|broken| broken.rule).collect()
}

/// A store in memory, seen through a source with a flaw.
struct Flawed {
    store: MemoryStore,
    flaw: Flaw,
}

/// The source with the flaw.
struct FlawedSource {
    store: MemoryStore,
    flaw: Flaw,
    fetches: AtomicU64,
    first: Mutex<BTreeMap<&'static str, Found>>,
    busy: Mutex<bool>,
}

impl Flawed {
    fn new(flaw: Flaw) -> Self {
        let store = MemoryStore::new();
        Self { store, flaw }
    }
}

impl Subject for Flawed {
    fn source(&self) -> Arc<dyn Source> {
        Arc::new(FlawedSource {
            store: self.store.clone(),
            flaw: self.flaw,
            fetches: AtomicU64::new(0),
            first: Mutex::default(),
            busy: Mutex::new(false),
        })
    }

    fn write<'a>(&'a self, rows: &'a [Row]) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            Memory(self.store.clone()).write(rows).await;
            tokio::task::yield_now().await;
        })
    }

    fn spoil<'a>(&'a self, block: &'static BlockSchema, spoilt: bool) -> BoxFuture<'a, bool> {
        let reason = spoilt.then_some("its table was dropped");
        self.store.unreadable(block.name, reason);
        Box::pin(std::future::ready(true))
    }

    fn has_keys(&self) -> bool {
        true
    }

    fn password(&self) -> Option<String> {
        Some("hunter2".to_owned())
    }
}

impl FlawedSource {
    async fn answer(&self, mut request: Request<'_>) -> Result<Fetched, SourceError> {
        match self.flaw {
            Flaw::ForgetsAlso => request.also = &[],
            Flaw::YieldsEverything => request.since = None,
            Flaw::TrustsHints if request.since.is_some() && !request.hint.is_empty() => {
                request.also = request.hint;
                request.since = Some(self.epoch().await?);
            }
            Flaw::IgnoresHighEpochs => {
                let own = self.epoch().await?;
                request.since = request.since.map(|since| since.min(own));
            }
            Flaw::ReadsBlockByBlock => return self.block_by_block(request).await,
            Flaw::BreaksWhenDropped => return self.half_way(request).await,
            Flaw::Panics => panic!("this flaw panics"),
            _ => {}
        }
        let mut fetched = self.store.fetch(request).await?;
        self.spoil(&mut fetched)?;
        Ok(fetched)
    }

    /// What is wrong with what was read.
    fn spoil(&self, fetched: &mut Fetched) -> Result<(), SourceError> {
        let number = self.fetches.fetch_add(1, Ordering::Relaxed);
        match self.flaw {
            Flaw::EpochMovesByItself => fetched.epoch += number,
            Flaw::EpochStandsStill => fetched.epoch = 7,
            Flaw::ForgetsRemovedRows => fetched.blocks.retain(|_, found| *found != Ok(None)),
            Flaw::YieldsForgottenBlocks => {
                fetched.blocks.insert("nobody_asked", Ok(None));
            }
            Flaw::YieldsWhatItReadFirst => {
                let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
                for (name, found) in &mut fetched.blocks {
                    *found = first.entry(name).or_insert_with(|| found.clone()).clone();
                }
            }
            Flaw::FailsAsAWhole => {
                if let Some(Err(reason)) = fetched.blocks.values().find(|found| found.is_err()) {
                    return Err(SourceError::unreachable(reason.clone()));
                }
            }
            _ => {}
        }
        let records = fetched.blocks.values_mut().flatten().flatten();
        records.for_each(|record| self.mangle(record));
        Ok(())
    }

    fn mangle(&self, record: &mut Record) {
        match self.flaw {
            Flaw::VersionStandsStill => record.version = 1,
            Flaw::EmptyIsNull => {
                let texts = record.columns.values_mut();
                texts.for_each(|text| *text = text.take().filter(|text| !text.is_empty()));
            }
            Flaw::LosesTheLastDigits => {
                if let Some(Some(amount)) = record.columns.get_mut("amount") {
                    *amount = amount.parse::<f64>().unwrap().to_string();
                }
            }
            _ => {}
        }
    }

    async fn epoch(&self) -> Result<u64, SourceError> {
        Ok(self.store.fetch(Request::everything(&[])).await?.epoch)
    }

    async fn block_by_block(&self, request: Request<'_>) -> Result<Fetched, SourceError> {
        let mut fetched = Fetched::unchanged(self.epoch().await?);
        for block in request.blocks.chunks(1) {
            let part = Request::everything(block);
            let part = match request.since {
                Some(since) => part.since(since),
                None => part,
            };
            fetched.blocks.extend(self.store.fetch(part).await?.blocks);
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        Ok(fetched)
    }

    /// Is only usable again once it has come to its end.
    async fn half_way(&self, request: Request<'_>) -> Result<Fetched, SourceError> {
        let busy = |now| std::mem::replace(&mut *self.busy.lock().unwrap(), now);
        if busy(true) {
            return Err(SourceError::unreachable("still busy with the last one"));
        }
        tokio::task::yield_now().await;
        let fetched = self.store.fetch(request).await;
        busy(false);
        fetched
    }
}

impl Source for FlawedSource {
    fn name(&self) -> String {
        match self.flaw {
            Flaw::ShowsItsPassword => "postgres://app:hunter2@localhost/shop".to_owned(),
            _ => "flawed".to_owned(),
        }
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(self.answer(request))
    }

    fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
        match self.flaw {
            Flaw::Deaf => signal.listening(),
            Flaw::NeverListens => {}
            Flaw::ListensForEver => {
                let store = self.store.clone();
                tokio::spawn(async move { store.changes(signal).await });
            }
            _ => return Box::pin(async move { self.store.changes(signal).await }),
        }
        Box::pin(std::future::pending())
    }
}

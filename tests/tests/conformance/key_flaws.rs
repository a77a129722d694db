//! The suite finds what it is there to find of keyed blocks: each flaw breaks the rule about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use config_sdk::testing::conformance::{Row, Subject, broken_rules};
use config_sdk::{
    BlockSchema, BoxFuture, Fetched, Key, Keys, Loaded, MemoryStore, Moved, Request, Source,
    SourceError, Store, Wanted, Which,
};

use crate::stores::Memory;

/// What is wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    ForgetsAKey,
    TellsKeysLate,
    TellsAllKeys,
    ForgetsSharedRows,
    SharedRowChangesNoKey,
    ForgetsRemovedKeys,
    FailsAsAWhole,
    ForgetsPatterns,
    LoadsNoSharedRow,
    ForgetsTheLastKey,
    SaysAnOlderEpoch,
    LoadsRowByRow,
    TrimsKeys,
    PagesTwice,
    PagesShort,
    BreaksWhenDropped,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_keys_without_a_flaw_breaks_no_rule() {
    assert_eq!(broken(Flaw::None).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_of_keys_breaks_the_rule_about_it() {
    let cases = [
        (Flaw::ForgetsAKey, "keys changed in one transaction come together"),
        (Flaw::TellsKeysLate, "only the keys that changed are yielded"),
        (Flaw::TellsAllKeys, "only the keys that changed are yielded"),
        (Flaw::ForgetsSharedRows, "the first fetch yields all keys"),
        (Flaw::SharedRowChangesNoKey, "a changed shared row is a change of all keys"),
        (Flaw::ForgetsRemovedKeys, "a row of a key that was removed is found missing"),
        (Flaw::FailsAsAWhole, "a keyed block that cannot be read fails alone"),
        (Flaw::ForgetsPatterns, "an invalidation is heard of as a change"),
        (Flaw::LoadsNoSharedRow, "keys are loaded with the row that they inherit from"),
        (Flaw::ForgetsTheLastKey, "keys are loaded with the row that they inherit from"),
        (Flaw::SaysAnOlderEpoch, "a load is of this epoch"),
        (Flaw::LoadsRowByRow, "a load is as of one moment"),
        (Flaw::TrimsKeys, "every text is a key and no other"),
        (Flaw::PagesTwice, "page after page visits every key once"),
        (Flaw::PagesShort, "page after page visits every key once"),
        (Flaw::BreaksWhenDropped, "a load dropped half way leaves the source usable"),
    ];
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
    let broken = broken_rules(&Flawed { store: MemoryStore::new(), flaw }).await;
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
    /// What was found by the fetch before.
    late: Mutex<BTreeMap<&'static str, Moved>>,
    busy: Mutex<bool>,
}

impl Subject for Flawed {
    fn source(&self) -> Arc<dyn Source> {
        Arc::new(FlawedSource {
            store: self.store.clone(),
            flaw: self.flaw,
            late: Mutex::default(),
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
        self.store.unreadable(block.name, spoilt.then_some("its table was dropped"));
        Box::pin(std::future::ready(true))
    }

    fn has_keys(&self) -> bool {
        true
    }
}

impl FlawedSource {
    async fn answer(&self, request: Request<'_>) -> Result<Fetched, SourceError> {
        let is_news = request.since.is_some();
        let mut fetched = self.store.fetch(request).await?;
        if self.flaw == Flaw::TellsKeysLate && is_news {
            let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *late, &mut fetched.keyed);
        }
        for moved in fetched.keyed.values_mut() {
            if self.flaw == Flaw::FailsAsAWhole
                && let Some(Err(reason)) = &moved.rows
            {
                return Err(SourceError::unreachable(reason.clone()));
            }
            self.spoil(moved, is_news);
        }
        Ok(fetched)
    }

    /// What is wrong with what was read.
    fn spoil(&self, moved: &mut Moved, is_news: bool) {
        let rows = moved.rows.as_mut().and_then(|rows| rows.as_mut().ok());
        match (self.flaw, &mut moved.keys) {
            (Flaw::ForgetsAKey, Keys::Some(keys)) if keys.len() > 1 => drop(keys.pop_last()),
            (Flaw::TellsAllKeys, keys) => *keys = Keys::All,
            (Flaw::SharedRowChangesNoKey, keys @ Keys::All) if is_news => {
                *keys = Keys::Some(BTreeSet::new());
            }
            (Flaw::ForgetsSharedRows, _) => drop(rows.and_then(|rows| rows.shared.take())),
            (Flaw::ForgetsRemovedKeys, Keys::Some(keys)) => {
                if let Some(rows) = rows {
                    keys.retain(|key| rows.own.iter().any(|(own, _)| own == key));
                }
            }
            (Flaw::ForgetsPatterns, _) => moved.again.clear(),
            _ => {}
        }
    }

    async fn some(&self, wanted: Wanted<'_>) -> Result<Loaded, SourceError> {
        match (self.flaw, wanted.which) {
            (Flaw::LoadsRowByRow, Which::Keys(keys)) => return self.row_by_row(wanted, keys).await,
            (Flaw::TrimsKeys, Which::Keys(keys)) => {
                let trim = |key: &Key| Key::new(key.parts().map(str::trim)).unwrap();
                let keys: Vec<_> = keys.iter().map(trim).collect();
                return self.store.load(Wanted::of(wanted.block, Which::Keys(&keys))).await;
            }
            (Flaw::BreaksWhenDropped, _) => return self.half_way(wanted).await,
            _ => {}
        }
        let mut loaded = self.store.load(wanted).await?;
        let own = &mut loaded.rows.own;
        match (self.flaw, wanted.which) {
            (Flaw::LoadsNoSharedRow, _) => loaded.rows.shared = None,
            (Flaw::ForgetsTheLastKey, Which::Keys(_)) => drop(own.pop()),
            (Flaw::SaysAnOlderEpoch, _) => loaded.epoch -= 1,
            (Flaw::PagesShort, Which::Page { limit, .. }) if limit > 1 && own.len() == limit => {
                own.remove(0);
            }
            (Flaw::PagesTwice, Which::Page { after: Some(after), limit }) if limit > 1 => {
                let again = Wanted::of(wanted.block, Which::Keys(std::slice::from_ref(after)));
                own.splice(..0, self.store.load(again).await?.rows.own);
                own.truncate(limit);
            }
            _ => {}
        }
        Ok(loaded)
    }

    async fn row_by_row(&self, wanted: Wanted<'_>, keys: &[Key]) -> Result<Loaded, SourceError> {
        let mut loaded = self.store.load(Wanted::of(wanted.block, Which::Keys(&[]))).await?;
        for key in keys.chunks(1) {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let one = self.store.load(Wanted::of(wanted.block, Which::Keys(key))).await?;
            loaded.rows.own.extend(one.rows.own);
        }
        Ok(loaded)
    }

    /// Is only usable again once it has come to its end.
    async fn half_way(&self, wanted: Wanted<'_>) -> Result<Loaded, SourceError> {
        let busy = |now| std::mem::replace(&mut *self.busy.lock().unwrap(), now);
        if busy(true) {
            return Err(SourceError::unreachable("still busy with the last one"));
        }
        tokio::task::yield_now().await;
        let loaded = self.store.load(wanted).await;
        busy(false);
        loaded
    }
}

impl Source for FlawedSource {
    fn name(&self) -> String {
        "flawed".to_owned()
    }

    fn fetch<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Fetched, SourceError>> {
        Box::pin(self.answer(request))
    }

    fn load<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Loaded, SourceError>> {
        Box::pin(self.some(wanted))
    }

    fn changes<'a>(&'a self, signal: config_sdk::Signal) -> BoxFuture<'a, config_sdk::Deaf> {
        self.store.changes(signal)
    }

    fn store(&self) -> Option<&dyn Store> {
        Some(&self.store)
    }
}

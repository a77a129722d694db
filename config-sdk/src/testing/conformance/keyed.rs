//! The rules of [`Source::fetch`](crate::Source::fetch) about keyed blocks: which keys come, with which rows.

use std::collections::BTreeSet;

use super::reader::{Reader, Verdict, ensure};
use super::{Row, Subject, keyed_blocks};
use crate::key::{Key, Pattern};
use crate::schema::BlockSchema;
use crate::source::{Fetched, Keys, Moved, Request, Rows};

pub(super) async fn the_first_fetch_yields_all_keys(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    let fetched = stage.ask(None).await?;
    let moved = moved(&fetched, bounded())?;
    ensure(moved.keys == Keys::All, "all keys of a block are new at first")?;
    ensure(moved.rows.is_none(), "rows were yielded of a block that is not resident")?;
    let rows = rows(&fetched, resident())?;
    noted(rows, &pair("a", "b"), Some("ab"))?;
    noted(rows, &pair("a", "c"), Some("ac"))?;
    ensure(rows.own.len() == 2, format_args!("2 keys have rows, and {} came", rows.own.len()))?;
    ensure(note(rows.shared.as_ref()) == Some("all"), "the row that all inherit from is not there")
}

pub(super) async fn only_the_keys_that_changed_are_yielded(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    stage.write(&[of(bounded(), &one("a"), "new")]).await;
    let fetched = stage.news().await?;
    only(&fetched, &[(bounded(), &[one("a")])])?;
    for key in [pair("a", "c"), pair("d", "e")] {
        stage.write(&[of(resident(), &key, "new")]).await;
        let fetched = stage.news().await?;
        only(&fetched, &[(resident(), std::slice::from_ref(&key))])?;
        let rows = rows(&fetched, resident())?;
        noted(rows, &key, Some("new"))?;
        ensure(rows.own.len() == 1, "a row was yielded whose key did not change")?;
        ensure(
            note(rows.shared.as_ref()) == Some("all"),
            "the row that all inherit from is missing",
        )?;
    }
    only(&stage.news().await?, &[])
}

pub(super) async fn what_was_missed_of_keys_is_yielded_later(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    for (key, note) in [("a", "1"), ("b", "2"), ("a", "3")] {
        stage.write(&[of(bounded(), &one(key), note)]).await;
    }
    stage.write(&[of(resident(), &pair("a", "b"), "missed")]).await;
    stage.write(&[Row::none(resident()).at(&pair("a", "c"))]).await;
    let fetched = stage.news().await?;
    let pairs = [pair("a", "b"), pair("a", "c")];
    only(&fetched, &[(bounded(), &[one("a"), one("b")]), (resident(), &pairs)])?;
    noted(rows(&fetched, resident())?, &pairs[0], Some("missed"))?;
    noted(rows(&fetched, resident())?, &pairs[1], None)
}

pub(super) async fn a_changed_shared_row_is_a_change_of_all_keys(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    for block in [bounded(), resident()] {
        for row in [Row::of(block, &[("note", "for all")]), Row::none(block)] {
            let written = row.columns.is_some().then_some("for all");
            stage.write(&[row]).await;
            let fetched = stage.news().await?;
            let keys = &moved(&fetched, block)?.keys;
            ensure(
                *keys == Keys::All,
                format_args!("all may differ now, and {keys:?} were yielded"),
            )?;
            if block.resident {
                let rows = rows(&fetched, block)?;
                ensure(
                    note(rows.shared.as_ref()) == written,
                    "the shared row is not as it was written",
                )?;
                noted(rows, &pair("a", "b"), Some("ab"))?;
            }
        }
    }
    Ok(())
}

pub(super) async fn a_row_of_a_key_that_was_removed_is_found_missing(
    subject: &dyn Subject,
) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    let (bound, held) = (one("a"), pair("a", "b"));
    stage.write(&[Row::none(bounded()).at(&bound), Row::none(resident()).at(&held)]).await;
    let fetched = stage.news().await?;
    only(&fetched, &[(bounded(), &[bound]), (resident(), std::slice::from_ref(&held))])?;
    noted(rows(&fetched, resident())?, &held, None)
}

pub(super) async fn also_and_high_epochs_mean_all_keys(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    let mut request = Request::everything(keyed_blocks()).since(stage.reader.epoch);
    let also = [resident().name];
    request.also = &also;
    let fetched = stage.reader.ask(request).await?;
    ensure(fetched.keyed.len() == 1, "another block than the one in `also` was yielded")?;
    ensure(moved(&fetched, resident())?.keys == Keys::All, "`also` means all keys")?;
    let own = rows(&fetched, resident())?.own.len();
    ensure(own == 2, format_args!("`also` means the rows of all keys, and {own} of 2 came"))?;
    let fetched = stage.ask(Some(stage.reader.epoch.saturating_add(1000))).await?;
    for block in keyed_blocks() {
        ensure(moved(&fetched, block)?.keys == Keys::All, "the epoch is above the store's own")?;
    }
    Ok(())
}

pub(super) async fn keys_changed_in_one_transaction_come_together(
    subject: &dyn Subject,
) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    let keys = [pair("a", "b"), pair("x", "y")];
    let changes = [
        of(resident(), &keys[0], "both"),
        of(bounded(), &one("b"), "both"),
        of(resident(), &keys[1], "both"),
    ];
    stage.write(&changes).await;
    let fetched = stage.news().await?;
    only(&fetched, &[(bounded(), &[one("b")]), (resident(), &keys)])?;
    keys.iter().try_for_each(|key| noted(rows(&fetched, resident())?, key, Some("both")))
}

pub(super) async fn a_keyed_block_that_cannot_be_read_fails_alone(
    subject: &dyn Subject,
) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    if !stage.reader.spoil(resident(), true).await {
        return Ok(());
    }
    let fetched = stage.ask(None).await;
    let mended = stage.reader.spoil(resident(), false).await;
    let fetched = fetched?;
    ensure(mended, "`spoil` made a block unreadable and cannot mend it")?;
    ensure(
        matches!(moved(&fetched, resident())?.rows, Some(Err(_))),
        format_args!("{} cannot be read, and its `rows` do not say so", resident().name),
    )?;
    moved(&fetched, bounded())?;
    noted(rows(&stage.ask(None).await?, resident())?, &pair("a", "b"), Some("ab"))
}

pub(super) async fn an_invalidation_is_heard_of_as_a_change(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    let source = stage.reader.source.clone();
    let Some(store) = source.store() else { return Ok(()) };
    for (block, parts) in [(bounded(), &[r"it's \*\\ é*"][..]), (resident(), &["a", "?"])] {
        let pattern = Pattern::new(parts.iter().copied()).map_err(|error| error.to_string())?;
        let before = stage.reader.epoch;
        let epoch = store.invalidate(block, &pattern).await;
        let epoch = epoch.map_err(|error| format!("the invalidation failed: {error}"))?;
        let fetched = stage.news().await?;
        ensure(
            epoch > before && epoch == fetched.epoch,
            format_args!(
                "the epoch was {before}, the new one is said to be {epoch}, and a fetch said {}",
                fetched.epoch
            ),
        )?;
        let moved = moved(&fetched, block)?;
        ensure(
            moved.again == [pattern.clone()],
            format_args!("{pattern} was to be read again, and {:?} was yielded", moved.again),
        )?;
        ensure(fetched.keyed.len() == 1, "another block was yielded, too")?;
        if block.resident {
            noted(rows(&fetched, block)?, &pair("a", "b"), Some("ab"))?;
        }
    }
    Ok(())
}

/// A reader, and a store in which two keys of each block have rows, and all inherit from one.
pub(super) struct Stage<'a> {
    pub(super) reader: Reader<'a>,
}

impl<'a> Stage<'a> {
    /// None if the store has no keyed blocks.
    pub(super) async fn new(subject: &'a dyn Subject) -> Result<Option<Self>, String> {
        if !subject.has_keys() {
            return Ok(None);
        }
        let reader = Reader::new(subject).await?;
        let mut stage = Self { reader };
        // Whatever another rule has left.
        let left = stage.ask(None).await?;
        let mut rows: Vec<_> = left
            .keyed
            .get(resident().name)
            .into_iter()
            .flat_map(|moved| moved.rows.iter().flatten().flat_map(|rows| &rows.own))
            .map(|(key, _)| Row::none(resident()).at(key))
            .collect();
        rows.extend(
            super::keys::all(&stage.reader, bounded())
                .await?
                .iter()
                .map(|key| Row::none(bounded()).at(key)),
        );
        for block in [bounded(), resident()] {
            rows.push(Row::of(block, &[("note", "all")]));
        }
        rows.extend([("a", "1"), ("b", "2")].map(|(key, note)| of(bounded(), &one(key), note)));
        rows.extend(
            [("b", "ab"), ("c", "ac")].map(|(two, note)| of(resident(), &pair("a", two), note)),
        );
        stage.write(&rows).await;
        stage.ask(None).await?;
        Ok(Some(stage))
    }

    pub(super) async fn write(&self, rows: &[Row]) {
        self.reader.write(rows).await;
    }

    pub(super) async fn news(&mut self) -> Result<Fetched, String> {
        self.ask(Some(self.reader.epoch)).await
    }

    async fn ask(&mut self, since: Option<u64>) -> Result<Fetched, String> {
        let request = Request::everything(keyed_blocks());
        self.reader.ask(since.map_or(request, |since| request.since(since))).await
    }
}

/// The block that is loaded key by key.
pub(super) fn bounded() -> &'static BlockSchema {
    keyed_blocks()[0]
}

/// The block of which all keys are yielded.
fn resident() -> &'static BlockSchema {
    keyed_blocks()[1]
}

pub(super) fn one(part: &str) -> Key {
    key(&[part])
}

fn pair(one: &str, two: &str) -> Key {
    key(&[one, two])
}

#[expect(clippy::expect_used, reason = "the suite's own keys are keys")]
fn key(parts: &[&str]) -> Key {
    Key::new(parts.iter().copied()).expect("a key")
}

/// A row of a key that only says `note`.
pub(super) fn of(block: &'static BlockSchema, key: &Key, note: &str) -> Row {
    Row::of(block, &[("note", note)]).at(key)
}

/// Breaks the rule unless exactly these keys of these blocks were yielded.
fn only(fetched: &Fetched, expected: &[(&'static BlockSchema, &[Key])]) -> Verdict {
    let expected: Vec<_> = expected
        .iter()
        .map(|(block, keys)| {
            (block.name, Keys::Some(keys.iter().cloned().collect::<BTreeSet<_>>()))
        })
        .collect();
    let found: Vec<_> =
        fetched.keyed.iter().map(|(name, moved)| (*name, moved.keys.clone())).collect();
    ensure(found == expected, format_args!("expected {expected:?}, and {found:?} was yielded"))
}

fn moved<'f>(fetched: &'f Fetched, block: &BlockSchema) -> Result<&'f Moved, String> {
    let moved = fetched.keyed.get(block.name);
    moved.ok_or_else(|| format!("{} was not yielded", block.name))
}

fn rows<'f>(fetched: &'f Fetched, block: &BlockSchema) -> Result<&'f Rows, String> {
    match &moved(fetched, block)?.rows {
        Some(Ok(rows)) => Ok(rows),
        Some(Err(reason)) => Err(format!("{} cannot be read: {reason}", block.name)),
        None => Err(format!("{} is resident, and its rows were not yielded", block.name)),
    }
}

/// Breaks the rule unless the row of `key` says `expected`; `None` if there should be none.
pub(super) fn noted(rows: &Rows, key: &Key, expected: Option<&str>) -> Verdict {
    let found: Vec<_> = rows.own.iter().filter(|(own, _)| own == key).collect();
    let found: Vec<_> =
        found.iter().map(|(_, record)| note(Some(record)).unwrap_or_default()).collect();
    let expected: Vec<_> = expected.into_iter().collect();
    ensure(
        found == expected,
        format_args!("the row of {key} is {expected:?}, and {found:?} was yielded"),
    )
}

pub(super) fn note(record: Option<&crate::record::Record>) -> Option<&str> {
    record?.columns.get("note")?.as_deref()
}

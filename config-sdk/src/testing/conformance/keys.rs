//! The rules of [`Source::load`](crate::Source::load): rows by key, and page by page.

use std::collections::BTreeSet;
use std::pin::pin;

use super::keyed::{Stage, bounded, note, noted, of, one};
use super::moments::{dropped_after, over};
use super::reader::{Reader, Verdict, ensure};
use super::{Row, Subject};
use crate::key::Key;
use crate::schema::BlockSchema;
use crate::source::{Loaded, Wanted, Which};

/// Texts that others have taken for something else than a key.
const TEXTS: [&str; 18] = [
    "plain",
    "A",
    " a",
    "a ",
    "ETH/USDT",
    "a:b,c|d=e;f",
    "it's",
    "\"quoted\"",
    r"back\slash\",
    r"\'",
    "null",
    "NULL",
    "{\"like\": \"*\"}",
    "*",
    "größer, 価格, 🚀, e\u{301}",
    "two\nlines\tand a tab",
    "'; drop table conformance_k_config; --",
    "007",
];

/// Transactions while somebody loads.
const TRANSACTIONS: usize = 25;

pub(super) async fn keys_are_loaded_with_the_row_that_they_inherit_from(
    subject: &dyn Subject,
) -> Verdict {
    let Some(stage) = Stage::new(subject).await? else { return Ok(()) };
    let keys = ["b", "missing", "a", "b"].map(one);
    let loaded = load(&stage.reader, Which::Keys(&keys)).await?;
    noted(&loaded.rows, &keys[0], Some("2"))?;
    noted(&loaded.rows, &keys[1], None)?;
    noted(&loaded.rows, &keys[2], Some("1"))?;
    let shared = || note(loaded.rows.shared.as_ref());
    ensure(
        shared() == Some("all"),
        format_args!("the shared row says all, and {:?} came", shared()),
    )?;
    stage.write(&[Row::none(bounded())]).await;
    let loaded = load(&stage.reader, Which::Keys(&keys[..1])).await?;
    ensure(loaded.rows.shared.is_none(), "the shared row was removed, and it was yielded")?;
    noted(&loaded.rows, &keys[0], Some("2"))?;
    let loaded = load(&stage.reader, Which::Keys(&[])).await?;
    ensure(loaded.rows.own.is_empty(), "no key was wanted, and rows were yielded")
}

pub(super) async fn a_load_is_of_this_epoch(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    for number in 0..4 {
        stage.write(&[of(bounded(), &one("a"), &number.to_string())]).await;
        let loaded = load(&stage.reader, Which::Keys(&[one("a")])).await?;
        noted(&loaded.rows, &one("a"), Some(&number.to_string()))?;
        let epoch = stage.news().await?.epoch;
        ensure(
            loaded.epoch == epoch,
            format_args!("the epoch is {epoch}, and a load said {}", loaded.epoch),
        )?;
    }
    Ok(())
}

pub(super) async fn a_load_is_as_of_one_moment(subject: &dyn Subject) -> Verdict {
    let Some(stage) = Stage::new(subject).await? else { return Ok(()) };
    let keys = [one("a"), one("b")];
    let rows = |number: usize| {
        let text = number.to_string();
        let shared = Row::of(bounded(), &[("note", &text)]);
        [of(bounded(), &keys[0], &text), shared, of(bounded(), &keys[1], &text)]
    };
    stage.write(&rows(0)).await;
    let mut writing = pin!(async {
        for number in 1..=TRANSACTIONS {
            stage.write(&rows(number)).await;
        }
    });
    loop {
        let loading = load(&stage.reader, Which::Keys(&keys));
        let (loaded, is_over) = tokio::join!(loading, over(writing.as_mut()));
        let loaded = loaded?;
        let mut notes: Vec<_> =
            loaded.rows.own.iter().map(|(_, record)| note(Some(record))).collect();
        notes.push(note(loaded.rows.shared.as_ref()));
        ensure(
            notes.len() == 3 && notes.iter().all(|one| *one == notes[0]),
            format_args!("one transaction wrote one text to three rows, and {notes:?} came"),
        )?;
        if is_over {
            return Ok(());
        }
    }
}

pub(super) async fn every_text_is_a_key_and_no_other(subject: &dyn Subject) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    let longest = "x".repeat(512);
    let keys: Vec<_> = TEXTS.into_iter().chain([&*longest]).map(one).collect();
    for (number, key) in keys.iter().enumerate() {
        stage.write(&[of(bounded(), key, &number.to_string())]).await;
        let fetched = stage.news().await?;
        let told = fetched.keyed.get(bounded().name).map(|moved| &moved.keys);
        let expected = crate::source::Keys::Some(BTreeSet::from([key.clone()]));
        ensure(told == Some(&expected), format_args!("{key} changed, and {told:?} was yielded"))?;
    }
    let loaded = load(&stage.reader, Which::Keys(&keys)).await?;
    for (number, key) in keys.iter().enumerate() {
        noted(&loaded.rows, key, Some(&number.to_string()))?;
    }
    let strangers = ["Plain", "plain ", "a", "0x7", "7", "%", "_"].map(one);
    let loaded = load(&stage.reader, Which::Keys(&strangers)).await?;
    let own: Vec<_> = loaded.rows.own.iter().map(|(key, _)| key).collect();
    ensure(own == [&strangers[2]], format_args!("only `a` is one of these keys, and {own:?} came"))
}

pub(super) async fn page_after_page_visits_every_key_once(subject: &dyn Subject) -> Verdict {
    let Some(stage) = Stage::new(subject).await? else { return Ok(()) };
    let mut keys: BTreeSet<_> = ["a", "b"].map(one).into();
    keys.extend(TEXTS.map(one));
    keys.extend((0..10).map(|number| one(&format!("key {number}"))));
    let rows: Vec<_> = keys.iter().map(|key| of(bounded(), key, "here")).collect();
    stage.write(&rows).await;
    let visited = all(&stage.reader, bounded()).await?;
    let visits = visited.len();
    let visited: BTreeSet<_> = visited.into_iter().collect();
    ensure(visits == visited.len(), "a key was visited twice")?;
    let missed: Vec<_> = keys.difference(&visited).collect();
    ensure(missed.is_empty(), format_args!("these keys were not visited: {missed:?}"))?;
    let strange: Vec<_> = visited.difference(&keys).collect();
    ensure(strange.is_empty(), format_args!("there are no such keys: {strange:?}"))
}

pub(super) async fn a_load_dropped_half_way_leaves_the_source_usable(
    subject: &dyn Subject,
) -> Verdict {
    let Some(stage) = Stage::new(subject).await? else { return Ok(()) };
    let keys = [one("a")];
    for wakes in 0..6 {
        let text = format!("after {wakes}");
        stage.write(&[of(bounded(), &keys[0], &text)]).await;
        let source = stage.reader.source.clone();
        dropped_after(wakes, source.load(Wanted::of(bounded(), Which::Keys(&keys)))).await;
        let loaded = load(&stage.reader, Which::Keys(&keys)).await?;
        noted(&loaded.rows, &keys[0], Some(&text))?;
    }
    Ok(())
}

/// The keys of `block`, in the order in which its pages have them.
pub(super) async fn all(
    reader: &Reader<'_>,
    block: &'static BlockSchema,
) -> Result<Vec<Key>, String> {
    let mut keys: Vec<Key> = Vec::new();
    loop {
        // Another length each time, so that no page ends where another one did.
        let limit = 1 + keys.len() % 4;
        let which = Which::Page { after: keys.last(), limit };
        let loaded = reader.source.load(Wanted::of(block, which)).await;
        let page = loaded.map_err(|error| format!("a load failed: {error}"))?.rows.own;
        ensure(
            page.len() <= limit && keys.len() < 1000,
            format_args!("a page of {limit} had {} keys, after {}", page.len(), keys.len()),
        )?;
        let is_last = page.len() < limit;
        keys.extend(page.into_iter().map(|(key, _)| key));
        if is_last {
            return Ok(keys);
        }
    }
}

async fn load(reader: &Reader<'_>, which: Which<'_>) -> Result<Loaded, String> {
    let loaded = reader.source.load(Wanted::of(bounded(), which)).await;
    loaded.map_err(|error| format!("the load failed: {error}"))
}

//! The rules of [`Writer::write`](crate::Writer::write): all of it or nothing, from what it was made from.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::desk::{Desk, at, conflicts, note, noting, of, texts, writer};
use super::keyed::{Stage, bounded, one};
use super::reader::{Verdict, ensure, only, record, same};
use super::reading::{noted, three};
use super::texts::TEXTS;
use super::{Row, Subject};
use crate::source::{Deed, Entry, Write, WriteError};

/// Transactions while somebody reads.
const TRANSACTIONS: usize = 25;

pub(super) async fn a_row_is_made_and_changed(subject: &dyn Subject) -> Verdict {
    let [_, b, _] = three();
    let mut desk = Desk::new(subject).await?;
    let made = desk.write(&[(&of(b), Deed::Set(texts(&[("note", "1"), ("count", "7")])))]).await?;
    let fetched = desk.reader.news().await?;
    only(&fetched, &[b])?;
    same(&fetched, &Row::of(b, &[("note", "1"), ("count", "7")]))?;
    let changed = desk.write(&[(&of(b), noting("2"))]).await?;
    let fetched = desk.reader.news().await?;
    same(&fetched, &Row::of(b, &[("note", "2"), ("count", "7")]))?;
    let (epoch, said) = (fetched.epoch, changed.epoch);
    ensure(epoch == said, format_args!("the epoch is {epoch}, and the write said {said}"))?;
    let version = record(&fetched, b)?.map(|record| record.version);
    ensure(
        changed.versions.as_slice() == version.as_slice() && made.versions < changed.versions,
        format_args!("version {version:?} came of {:?}, {:?}", made.versions, changed.versions),
    )
}

pub(super) async fn every_text_that_was_set_comes_back(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let mut desk = Desk::new(subject).await?;
    let longest = TEXTS.iter().map(|(_, texts)| texts.len()).max();
    for number in 0..longest.unwrap_or(0) {
        let columns = TEXTS.map(|(column, texts)| (column, texts[number % texts.len()]));
        let written = desk.write(&[(&of(a), Deed::Set(texts(&columns)))]).await?;
        same(&desk.reader.everything().await?, &Row::of(a, &columns))?;
        let again = desk.write(&[(&of(a), Deed::Set(texts(&columns)))]).await?;
        ensure(
            written == again,
            format_args!("nothing was new, and {written:?} became {again:?}"),
        )?;
    }
    Ok(())
}

pub(super) async fn what_is_so_already_moves_no_epoch(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut desk = Desk::new(subject).await?;
    desk.write(&[(&of(a), noting("old")), (&of(b), Deed::Hold)]).await?;
    desk.stood_still().await?;
    desk.write(&[]).await?;
    desk.stood_still().await
}

pub(super) async fn a_conflict_names_what_is_there_and_nothing_is_written(
    subject: &dyn Subject,
) -> Verdict {
    let [a, b, c] = three();
    let mut desk = Desk::new(subject).await?;
    let late = desk.made(&[(&of(b), noting("lost")), (&of(a), noting("lost"))]).await?;
    subject.write(&[noted(a, "faster")]).await;
    desk.reader.news().await?;
    conflicts(desk.try_write(&late).await?, &of(a), Some("faster"))?;
    let made = Entry::new(of(a), None, noting("lost"));
    let late = Write { entries: vec![made], ..Write::default() };
    conflicts(desk.try_write(&late).await?, &of(a), Some("faster"))?;
    desk.stood_still().await?;
    ensure(desk.row(&of(b)).await?.is_none(), "the other entry was written")?;
    subject.write(&[noted(c, "here")]).await;
    let late = desk.made(&[(&of(c), noting("lost"))]).await?;
    subject.write(&[Row::none(c)]).await;
    conflicts(desk.try_write(&late).await?, &of(c), None)
}

pub(super) async fn what_is_held_is_not_written_and_may_conflict(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut desk = Desk::new(subject).await?;
    let version = desk.row(&of(a)).await?.map(|row| row.version);
    let write = desk.made(&[(&of(a), Deed::Hold), (&of(b), noting("new"))]).await?;
    let written = desk.try_write(&write).await?;
    let held = written.ok().and_then(|written| written.versions.first().copied());
    ensure(held == version, format_args!("version {version:?} was held, and {held:?} came"))?;
    only(&desk.reader.news().await?, &[b])?;
    let late = desk.made(&[(&of(a), Deed::Hold), (&of(b), noting("lost"))]).await?;
    subject.write(&[noted(a, "faster")]).await;
    conflicts(desk.try_write(&late).await?, &of(a), Some("faster"))?;
    let note = desk.note(&of(b)).await?;
    ensure(note.as_deref() == Some("new"), format_args!("the other entry was written: {note:?}"))
}

pub(super) async fn a_refused_write_writes_nothing(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut desk = Desk::new(subject).await?;
    for bad in [noting("a\0b"), Deed::Set(texts(&[("no_such_column", "1")]))] {
        let write = desk.made(&[(&of(a), noting("lost")), (&of(b), bad)]).await?;
        match desk.try_write(&write).await? {
            Err(WriteError::Store(error)) => ensure(
                !error.is_passing(),
                format_args!("it would never pass, and the error says that it may: {error}"),
            )?,
            other => return Err(format!("it cannot be kept, and came to {other:?}")),
        }
        desk.stood_still().await?;
    }
    Ok(())
}

pub(super) async fn what_is_written_at_once_is_one_epoch(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut desk = Desk::new(subject).await?;
    let operator = Desk { reader: super::reader::Reader::new(subject).await? };
    operator.write(&[(&of(a), noting("0")), (&of(b), noting("0"))]).await?;
    let mut writing = pin!(async {
        for number in 1..=TRANSACTIONS {
            let note = number.to_string();
            let both = [(&of(a), noting(&note)), (&of(b), noting(&note))];
            operator.write(&both).await?;
        }
        Ok::<_, String>(())
    });
    loop {
        let waiting = tokio::time::timeout(Duration::from_millis(2), writing.as_mut());
        let (fetched, written) = tokio::join!(desk.reader.everything(), waiting);
        let fetched = fetched?;
        let (a, b) = (record(&fetched, a)?.and_then(note), record(&fetched, b)?.and_then(note));
        ensure(a == b, format_args!("one write set {a:?} in one block and {b:?} in the other"))?;
        if let Ok(written) = written {
            written?;
            break;
        }
    }
    let epochs = [desk.newest(&of(a)).await?.epoch, desk.newest(&of(b)).await?.epoch];
    let now = desk.reader.everything().await?.epoch;
    ensure(epochs == [now; 2], format_args!("the epoch is {now}, and {epochs:?} was logged"))
}

pub(super) async fn writers_at_once_lose_nothing(subject: &dyn Subject) -> Verdict {
    const WRITERS: usize = 4;
    const TIMES: usize = 8;
    let [a, ..] = three();
    let mut desk = Desk::new(subject).await?;
    desk.write(&[(&of(a), Deed::Set(texts(&[("count", "0")])))]).await?;
    let mut writers = tokio::task::JoinSet::new();
    let start = Arc::new(tokio::sync::Barrier::new(WRITERS));
    for _ in 0..WRITERS {
        let (source, start) = (subject.source(), Arc::clone(&start));
        writers.spawn(async move {
            start.wait().await;
            for _ in 0..TIMES {
                while !added(writer(&*source)?).await? {}
            }
            Ok::<_, String>(())
        });
    }
    writers.join_all().await.into_iter().collect::<Result<(), _>>()?;
    let total = (WRITERS * TIMES).to_string();
    same(&desk.reader.everything().await?, &Row::of(a, &[("note", "old"), ("count", &total)]))
}

/// Adds one to the count, if nobody is faster.
async fn added(writer: &dyn crate::source::Writer) -> Result<bool, String> {
    let place = of(three()[0]);
    let rows =
        writer.rows(std::slice::from_ref(&place)).await.map_err(|error| error.to_string())?;
    let from = rows.into_iter().next().flatten();
    let count = from.as_ref().and_then(|row| row.columns.get("count")?.as_deref());
    let count: u64 = count.and_then(|count| count.parse().ok()).ok_or("the count is gone")?;
    let deed = Deed::Set(texts(&[("count", &(count + 1).to_string())]));
    // A store that answers at once would leave nobody the time to be faster.
    tokio::time::sleep(Duration::from_millis(1)).await;
    let write = Write { entries: vec![Entry::new(place, from, deed)], ..Write::default() };
    match writer.write(&write).await {
        Ok(_) => Ok(true),
        Err(WriteError::Conflict(_)) => Ok(false),
        Err(error) => Err(super::desk::said(&error)),
    }
}

pub(super) async fn versions_grow_and_are_never_given_twice(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let (desk, place) = (Desk::new(subject).await?, of(a));
    let mut versions = desk.write(&[(&place, noting("1"))]).await?.versions;
    let draft = || Deed::Save(texts(&[("note", "draft")]));
    for _ in 0..2 {
        let saved = desk.write(&[(&place, draft())]).await?.versions;
        let version = saved.first().copied().unwrap_or(0);
        versions.push(version);
        desk.write(&[(&place, Deed::Discard(version))]).await?;
    }
    subject.write(&[Row::none(a)]).await;
    versions.extend(desk.write(&[(&place, noting("2"))]).await?.versions);
    let saved = desk.write(&[(&place, draft())]).await?.versions;
    let version = saved.first().copied().unwrap_or(0);
    versions.push(version);
    versions.extend(desk.write(&[(&place, Deed::Activate(version))]).await?.versions);
    let grows = versions.windows(2).all(|two| two[0] < two[1]);
    ensure(grows && versions.len() == 6, format_args!("one after the other came {versions:?}"))
}

pub(super) async fn a_row_is_never_left_out_for_its_size(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let (desk, long) = (Desk::new(subject).await?, "x".repeat(2 * 1024 * 1024));
    desk.write(&[(&of(a), noting(&long))]).await?;
    let kept = desk.note(&of(a)).await?;
    desk.write(&[(&of(a), noting("short"))]).await?;
    let bytes = kept.as_ref().map(String::len);
    ensure(kept.as_ref() == Some(&long), format_args!("{bytes:?} of {} bytes came", long.len()))
}

pub(super) async fn keys_and_the_row_that_they_inherit_from_are_written(
    subject: &dyn Subject,
) -> Verdict {
    let Some(mut stage) = Stage::new(subject).await? else { return Ok(()) };
    let mut desk = Desk::new(subject).await?;
    let [a, new] = ["a", "it's"].map(one);
    let places = [at(bounded(), &a), at(bounded(), &new), of(bounded())];
    stage.news().await?;
    let deeds = places.each_ref().map(|place| (place, noting(&place.to_string())));
    let written = desk.write(&deeds).await?;
    ensure(written.versions.len() == 3, format_args!("three were written: {written:?}"))?;
    stage.news().await?;
    for place in &places {
        let (found, meant) = (desk.note(place).await?, place.to_string());
        ensure(found.as_ref() == Some(&meant), format_args!("{place} notes {found:?}"))?;
    }
    let other = desk.note(&at(bounded(), &one("b"))).await?;
    ensure(other.as_deref() == Some("2"), format_args!("another key notes {other:?} now"))?;
    let late = desk.made(&[(&places[0], noting("lost")), (&places[1], noting("lost"))]).await?;
    subject.write(&[super::keyed::of(bounded(), &new, "faster")]).await;
    conflicts(desk.try_write(&late).await?, &places[1], Some("faster"))?;
    desk.reader.everything().await.map(drop)
}

//! The rules of moments: epochs and versions, transactions, and what happens at the same time.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use super::reader::{Reader, Verdict, ensure, only, record, same};
use super::reading::{noted, three};
use super::{Row, Subject, blocks};
use crate::source::{Fetched, Request};

/// Transactions while somebody reads.
const TRANSACTIONS: usize = 25;

pub(super) async fn the_epoch_grows_with_each_change(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut reader = Reader::new(subject).await?;
    for row in [noted(a, "x"), noted(b, "x"), noted(a, "y"), Row::none(a)] {
        let before = reader.epoch;
        reader.write(&[row]).await;
        let now = reader.news().await?.epoch;
        ensure(
            now > before,
            format_args!("something changed, and the epoch went from {before} to {now}"),
        )?;
    }
    Ok(())
}

pub(super) async fn the_version_grows_with_each_change_of_its_block(
    subject: &dyn Subject,
) -> Verdict {
    let [a, ..] = three();
    let mut reader = Reader::new(subject).await?;
    let mut last = 0;
    for note in ["one", "two", "", "three"] {
        let row = if note.is_empty() { Row::none(a) } else { noted(a, note) };
        reader.write(&[row]).await;
        let Some(version) = record(&reader.news().await?, a)?.map(|record| record.version) else {
            continue;
        };
        ensure(version > last, format_args!("version {version} came after version {last}"))?;
        last = version;
    }
    Ok(())
}

pub(super) async fn blocks_changed_in_one_transaction_come_together(
    subject: &dyn Subject,
) -> Verdict {
    let [a, b, c] = three();
    let mut reader = Reader::new(subject).await?;
    let rows = [noted(a, "both"), noted(c, "both"), noted(b, "too")];
    reader.write(&rows).await;
    let fetched = reader.news().await?;
    only(&fetched, &[a, b, c])?;
    rows.iter().try_for_each(|row| same(&fetched, row))
}

pub(super) async fn a_fetch_is_as_of_one_moment(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let notes = |number: usize| [noted(a, &number.to_string()), noted(b, &number.to_string())];
    subject.write(&notes(0)).await;
    let mut reader = Reader::new(subject).await?;
    let mut writing = pin!(async {
        for number in 1..=TRANSACTIONS {
            subject.write(&notes(number)).await;
        }
    });
    loop {
        let (fetched, is_over) = tokio::join!(reader.everything(), over(writing.as_mut()));
        let fetched = fetched?;
        let (a, b) = (note(&fetched, a)?, note(&fetched, b)?);
        ensure(
            a == b,
            format_args!("one transaction wrote {a:?} to one block and {b:?} to the other"),
        )?;
        if is_over {
            return Ok(());
        }
    }
}

pub(super) async fn a_fetch_dropped_half_way_leaves_the_source_usable(
    subject: &dyn Subject,
) -> Verdict {
    let [a, ..] = three();
    let mut reader = Reader::new(subject).await?;
    for wakes in 0..6 {
        let row = noted(a, &format!("after {wakes}"));
        reader.write(std::slice::from_ref(&row)).await;
        let request = Request::everything(blocks()).since(reader.epoch);
        let source = reader.source.clone();
        dropped_after(wakes, source.fetch(request)).await;
        same(&reader.news().await?, &row)?;
    }
    Ok(())
}

pub(super) async fn fetches_in_parallel_agree(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let reader = Reader::new(subject).await?;
    let row = noted(a, "for all");
    reader.write(&[row.clone(), noted(b, "for all")]).await;
    let mut fetches = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (source, since) = (reader.source.clone(), reader.epoch);
        fetches.spawn(async move {
            let request = Request::everything(blocks()).since(since);
            source.fetch(request).await
        });
    }
    let mut epochs = Vec::new();
    for fetched in fetches.join_all().await {
        let fetched = fetched.map_err(|error| format!("one of them failed: {error}"))?;
        same(&fetched, &row)?;
        epochs.push(fetched.epoch);
    }
    epochs.dedup();
    ensure(
        epochs.len() == 1,
        format_args!("nothing changed meanwhile, and they are as of the epochs {epochs:?}"),
    )
}

fn note(
    fetched: &Fetched,
    block: &'static crate::schema::BlockSchema,
) -> Result<Option<String>, String> {
    let record = record(fetched, block)?;
    Ok(record.and_then(|record| record.columns.get("note").cloned().flatten()))
}

/// Lets `work` go on a little, and says whether it has ended.
pub(super) async fn over(work: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(std::time::Duration::from_millis(2), work).await.is_ok()
}

/// Runs `work` until it was woken so many times, and drops it.
pub(super) async fn dropped_after<F: Future>(wakes: usize, work: F) {
    let mut work = pin!(work);
    let mut left = wakes;
    poll_fn(|context| match left.checked_sub(1) {
        None => Poll::Ready(()),
        Some(fewer) => {
            left = fewer;
            work.as_mut().poll(context).map(|_| ())
        }
    })
    .await;
}

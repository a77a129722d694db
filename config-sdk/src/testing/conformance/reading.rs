//! The rules of [`Source::fetch`](crate::Source::fetch): which blocks come, and what is in them.

use super::reader::{Reader, Verdict, ensure, names, only, record, same};
use super::{Row, Subject, blocks};
use crate::source::Request;

pub(super) async fn the_first_fetch_yields_every_block(subject: &dyn Subject) -> Verdict {
    let [a, b, c] = three();
    subject.write(&[noted(a, "1"), noted(b, "2"), Row::none(c)]).await;
    let mut reader = Reader::new(subject).await?;
    let fetched = reader.everything().await?;
    only(&fetched, &[a, b, c])?;
    same(&fetched, &noted(a, "1"))?;
    same(&fetched, &noted(b, "2"))?;
    same(&fetched, &Row::none(c))
}

pub(super) async fn where_nothing_changed_nothing_is_yielded(subject: &dyn Subject) -> Verdict {
    let mut reader = Reader::new(subject).await?;
    let before = reader.epoch;
    for _ in 0..3 {
        only(&reader.news().await?, &[])?;
        let epoch = reader.epoch;
        ensure(
            epoch == before,
            format_args!("nothing changed, and the epoch moved from {before} to {epoch}"),
        )?;
    }
    Ok(())
}

pub(super) async fn only_what_changed_is_yielded(subject: &dyn Subject) -> Verdict {
    let [a, b, c] = three();
    let mut reader = Reader::new(subject).await?;
    for (block, note) in [(a, "once"), (b, "twice"), (b, "thrice"), (c, "again")] {
        reader.write(&[noted(block, note)]).await;
        let fetched = reader.news().await?;
        only(&fetched, &[block])?;
        same(&fetched, &noted(block, note))?;
    }
    Ok(())
}

pub(super) async fn what_was_missed_is_yielded_later(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut reader = Reader::new(subject).await?;
    reader.write(&[noted(a, "missed")]).await;
    reader.write(&[noted(b, "missed too")]).await;
    reader.write(&[noted(a, "seen")]).await;
    let fetched = reader.news().await?;
    only(&fetched, &[a, b])?;
    same(&fetched, &noted(a, "seen"))?;
    same(&fetched, &noted(b, "missed too"))
}

pub(super) async fn also_names_blocks_that_come_in_any_case(subject: &dyn Subject) -> Verdict {
    let [a, b, c] = three();
    subject.write(&[noted(a, "same"), noted(b, "same"), Row::none(c)]).await;
    let mut reader = Reader::new(subject).await?;
    let mut request = Request::everything(blocks()).since(reader.epoch);
    let also = [a.name, c.name];
    request.also = &also;
    let fetched = reader.ask(request).await?;
    only(&fetched, &[a, c])?;
    same(&fetched, &noted(a, "same"))?;
    same(&fetched, &Row::none(c))
}

pub(super) async fn a_wrong_hint_does_no_harm(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    subject.write(&[noted(a, "old"), noted(b, "same")]).await;
    for hint in [&[b.name, "no_such_block"][..], &[]] {
        let mut reader = Reader::new(subject).await?;
        reader.write(&[noted(a, hint.first().unwrap_or(&"new"))]).await;
        let mut request = Request::everything(blocks()).since(reader.epoch);
        request.hint = hint;
        let fetched = reader.ask(request).await?;
        same(&fetched, &noted(a, hint.first().unwrap_or(&"new")))?;
        for name in names(&fetched) {
            ensure(
                name == a.name || hint.contains(&name),
                format_args!("{name} was yielded, and nobody said that it changed"),
            )?;
        }
        if fetched.blocks.contains_key(b.name) {
            same(&fetched, &noted(b, "same"))?;
        }
    }
    Ok(())
}

pub(super) async fn an_epoch_above_the_store_s_own_means_everything(
    subject: &dyn Subject,
) -> Verdict {
    let mut reader = Reader::new(subject).await?;
    let own = reader.epoch;
    let fetched = reader.ask(Request::everything(blocks()).since(own.saturating_add(1000))).await?;
    ensure(
        fetched.epoch == own,
        format_args!("the epoch is {own}, and {} was yielded", fetched.epoch),
    )?;
    only(&fetched, blocks())
}

pub(super) async fn a_row_that_was_removed_is_found_missing(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    subject.write(&[noted(a, "here")]).await;
    let mut reader = Reader::new(subject).await?;
    reader.write(&[Row::none(a)]).await;
    let fetched = reader.news().await?;
    only(&fetched, &[a])?;
    same(&fetched, &Row::none(a))
}

pub(super) async fn blocks_that_were_not_asked_for_are_left_out(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut reader = Reader::new(subject).await?;
    let before = reader.epoch;
    reader.write(&[noted(b, "for somebody else")]).await;
    let asked = [a];
    let mut request = Request::everything(&asked).since(before);
    request.also = &["no_such_block"];
    request.hint = &["no_such_block"];
    only(&reader.ask(request).await?, &[])?;
    only(&reader.ask(Request::everything(&asked)).await?, &[a])
}

pub(super) async fn a_block_that_cannot_be_read_fails_alone(subject: &dyn Subject) -> Verdict {
    let [a, b, c] = three();
    subject.write(&[noted(a, "good"), noted(b, "lost"), noted(c, "good")]).await;
    let mut reader = Reader::new(subject).await?;
    if !reader.spoil(b, true).await {
        return Ok(());
    }
    let fetched = reader.everything().await;
    let mended = reader.spoil(b, false).await;
    let fetched = fetched?;
    only(&fetched, blocks())?;
    same(&fetched, &noted(a, "good"))?;
    same(&fetched, &noted(c, "good"))?;
    ensure(
        record(&fetched, b).is_err(),
        format_args!("{} cannot be read, and its `Found` does not say so", b.name),
    )?;
    ensure(mended, "`spoil` made a block unreadable and cannot mend it")?;
    same(&reader.everything().await?, &noted(b, "lost"))
}

/// The three blocks of the suite.
pub(super) fn three() -> [&'static crate::schema::BlockSchema; 3] {
    let blocks = blocks();
    [blocks[0], blocks[1], blocks[2]]
}

/// A row that only says `note`.
pub(super) fn noted(block: &'static crate::schema::BlockSchema, note: &str) -> Row {
    Row::of(block, &[("note", note)])
}

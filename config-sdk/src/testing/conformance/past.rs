//! The rules of what a [`Writer`](crate::Writer) remembers: rows that were, changes that expire, processes.

use std::time::Duration;

use super::desk::{Desk, HOUR, at, note, noting, of, texts};
use super::keyed::{self, Stage, bounded, one};
use super::reader::{Verdict, ensure};
use super::reading::{noted, three};
use super::{Row, Subject};
use crate::source::{Deed, DefaultText, Done, RowState, Write, WriteError, Writer};

pub(super) async fn the_past_tells_the_row_before(subject: &dyn Subject) -> Verdict {
    let [_, b, _] = three();
    let (desk, place) = (Desk::new(subject).await?, of(b));
    let first =
        desk.write(&[(&place, Deed::Set(texts(&[("note", "1"), ("ratio", "0.1")])))]).await?;
    let made = desk.newest(&place).await?;
    ensure(
        made.what == Done::Insert && made.before.is_none(),
        format_args!("a row was made, and {made:?} was logged"),
    )?;
    let was = desk.row(&place).await?;
    let mut write = desk.made(&[(&place, noting("2"))]).await?;
    write.reason = Some("it's calmer".to_owned());
    let second = desk.try_write(&write).await?.map_err(|error| super::desk::said(&error))?;
    let past = desk.past(&place, 2).await?;
    let [changed, before] = past.log.as_slice() else {
        return Err(format!("two changes were asked for, and {} came", past.log.len()));
    };
    ensure(before.epoch == first.epoch, "the changes come in another order than newest first")?;
    ensure(
        changed.what == Done::Update
            && changed.epoch == second.epoch
            && changed.version == second.versions.first().copied()
            && changed.why.as_deref() == Some("it's calmer")
            && changed.time.is_some(),
        format_args!("{second:?} came of it, and {changed:?} was logged"),
    )?;
    let told =
        changed.before.as_ref().map(|(state, record)| (*state, record.version, note(record)));
    let meant = (RowState::Active, first.versions.first().copied().unwrap_or(0), Some("1"));
    ensure(told == Some(meant), format_args!("{meant:?} was the row, and {told:?} was logged"))?;
    let same = |column: &str| {
        let before = changed.before.as_ref().and_then(|(_, row)| row.columns.get(column));
        before == was.as_ref().and_then(|row| row.columns.get(column))
    };
    ensure(same("ratio") && same("count"), "a text was logged as another than it was read")?;
    let active = past.rows.iter().filter(|(state, _)| *state == RowState::Active);
    let active: Vec<_> = active.map(|(_, record)| note(record)).collect();
    ensure(active == [Some("2")], format_args!("the active row notes 2, and {active:?} came"))
}

pub(super) async fn an_author_given_twice_is_the_author_twice(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let (desk, place) = (Desk::new(subject).await?, of(a));
    for number in 0..3 {
        let mut write = desk.made(&[(&place, noting(&number.to_string()))]).await?;
        write.reason = Some("again".to_owned());
        desk.try_write(&write).await?.map_err(|error| super::desk::said(&error))?;
        let row = desk.row(&place).await?.unwrap_or_default();
        let logged = desk.newest(&place).await?;
        let authors = (row.author.as_deref(), logged.who.as_str());
        ensure(authors == (Some("ann"), "ann"), format_args!("ann wrote it, not {authors:?}"))?;
        let reasons = (row.reason.as_deref(), logged.why.as_deref());
        let meant = (Some("again"), Some("again"));
        ensure(reasons == meant, format_args!("the reason was \"again\", not {reasons:?}"))?;
    }
    let write = Write { author: None, ..desk.made(&[(&place, noting("by nobody"))]).await? };
    desk.try_write(&write).await?.map_err(|error| super::desk::said(&error))?;
    let logged = desk.newest(&place).await?;
    ensure(
        logged.who != "ann" && logged.why.is_none(),
        format_args!("nobody was named, and {logged:?} was logged"),
    )
}

pub(super) async fn an_edit_by_other_means_is_in_the_past(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let (desk, place) = (Desk::new(subject).await?, of(a));
    desk.write(&[(&place, noting("ours"))]).await?;
    subject.write(&[noted(a, "theirs")]).await;
    let past = desk.past(&place, 10).await?;
    let newest = past.log.first().map(|logged| logged.who.as_str());
    ensure(
        newest.is_some_and(|who| who != "ann"),
        format_args!("{newest:?} is said to have edited"),
    )?;
    let kept = past.log.iter().filter_map(|logged| logged.before.as_ref());
    let ours = kept.map(|(_, record)| note(record)).any(|note| note == Some("ours"));
    ensure(ours, "another edit took the place of a row, and the row before was not logged")
}

pub(super) async fn a_secret_is_named_in_the_past_and_never_told(subject: &dyn Subject) -> Verdict {
    let [_, b, _] = three();
    let (desk, place) = (Desk::new(subject).await?, of(b));
    for (columns, hidden) in [
        (&[("note", "1"), ("token", "hunter2")][..], &["token"][..]),
        (&[("note", "2")], &[]),
        (&[("token", "hunter3")], &["token"]),
    ] {
        desk.write(&[(&place, Deed::Set(texts(columns)))]).await?;
        let logged = desk.newest(&place).await?;
        let found = &logged.hidden;
        ensure(found == hidden, format_args!("{hidden:?} changed, and {found:?} is named"))?;
    }
    let token = desk.row(&place).await?.and_then(|row| row.columns.get("token").cloned().flatten());
    ensure(token.as_deref() == Some("hunter3"), "the secret itself was not kept")?;
    subject.write(&[Row::none(b)]).await;
    let log = desk.past(&place, 100).await?.log;
    let kept = log.iter().filter_map(|logged| logged.before.as_ref());
    let mut texts = kept.flat_map(|(_, record)| record.columns.values().flatten());
    ensure(!texts.any(|text| text.contains("hunter")), "a secret is in a row that was logged")
}

pub(super) async fn the_past_of_a_key_is_its_own(subject: &dyn Subject) -> Verdict {
    let Some(_) = Stage::new(subject).await? else { return Ok(()) };
    let desk = Desk::new(subject).await?;
    let [a, b] = ["a", "b"].map(|key| at(bounded(), &one(key)));
    desk.write(&[(&a, noting("mine"))]).await?;
    subject.write(&[keyed::of(bounded(), &one("b"), "another's")]).await;
    desk.write(&[(&of(bounded()), noting("everybody's"))]).await?;
    for (place, meant) in [(&a, "mine"), (&b, "another's"), (&of(bounded()), "everybody's")] {
        let past = desk.past(place, 1).await?;
        let rows: Vec<_> = past.rows.iter().map(|(_, record)| note(record)).collect();
        ensure(
            rows.contains(&Some(meant)),
            format_args!("{place} notes {meant}, and {rows:?} came"),
        )?;
        ensure(past.log.len() == 1, format_args!("nothing was logged of {place}"))?;
    }
    let newest = desk.newest(&a).await?;
    let row = desk.row(&a).await?.map(|row| row.version);
    ensure(newest.who == "ann" && newest.version == row, format_args!("of {a} came {newest:?}"))
}

pub(super) async fn an_expiring_change_is_undone_once(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let (desk, place) = (Desk::new(subject).await?, of(a));
    for (note, after) in [("later", HOUR), ("now", Duration::ZERO)] {
        let mut write = desk.made(&[(&place, noting(note))]).await?;
        write.expires.push((after, note.to_owned()));
        desk.try_write(&write).await?.map_err(|error| super::desk::said(&error))?;
    }
    let expiring = desk.writer()?.expiring().await.map_err(|error| error.to_string())?;
    let notes: Vec<_> = expiring.iter().map(|expiring| expiring.note.as_str()).collect();
    ensure(notes == ["now", "later"], format_args!("now is before later, and {notes:?} came"))?;
    let [now, later] = expiring.as_slice() else { return Err("two were to expire".to_owned()) };
    ensure(
        now.left.is_zero() && later.left > HOUR / 2 && later.left <= HOUR,
        format_args!("none and an hour are left, and {:?} and {:?} came", now.left, later.left),
    )?;
    let mut late = desk.made(&[(&place, noting("lost"))]).await?;
    late.undoes.push(now.id);
    subject.write(&[noted(a, "faster")]).await;
    super::desk::conflicts(desk.try_write(&late).await?, &place, Some("faster"))?;
    for expiring in [now, later] {
        let mut write = desk.made(&[(&place, noting("undone"))]).await?;
        write.undoes.push(expiring.id);
        write.entries.iter_mut().for_each(|entry| entry.deed = Deed::Hold);
        let (one, two) = tokio::join!(desk.try_write(&write), desk.try_write(&write));
        let undone = [one?, two?].map(|written| match written {
            Ok(_) => Ok(true),
            Err(WriteError::Undone) => Ok(false),
            Err(error) => Err(super::desk::said(&error)),
        });
        let [one, two] = undone;
        ensure(one? != two?, "one change was undone by both or by neither")?;
    }
    let left = desk.writer()?.expiring().await.map_err(|error| error.to_string())?;
    ensure(left.is_empty(), format_args!("all are undone, and {left:?} is left"))
}

pub(super) async fn what_processes_say_moves_no_epoch(subject: &dyn Subject) -> Verdict {
    let mut desk = Desk::new(subject).await?;
    let writer = super::desk::writer(&*desk.reader.source)?;
    let ours = ["one", "other", "newer"];
    for (process, note, keep) in
        [("p1", "one", HOUR), ("p2", "other", Duration::MAX), ("p1", "newer", HOUR)]
    {
        writer.report(process, note, keep).await.map_err(|error| error.to_string())?;
    }
    writer.report("p3", "gone", Duration::ZERO).await.map_err(|error| error.to_string())?;
    ensure(said(writer).await? == ["newer", "other"], "p1 said newer, and p2 other")?;
    for process in ["p1", "p2", "p4"] {
        writer.leave(process).await.map_err(|error| error.to_string())?;
    }
    let left = said(writer).await?;
    ensure(
        !left.iter().any(|note| ours.contains(&&**note)),
        "all have left, and one is still told",
    )?;
    desk.stood_still().await
}

pub(super) async fn defaults_are_kept_beside_former_ones(subject: &dyn Subject) -> Verdict {
    let mut desk = Desk::new(subject).await?;
    let writer = super::desk::writer(&*desk.reader.source)?;
    let text = |text: &str| DefaultText::new("a block", "it's a column", text);
    let long = "long ".repeat(2000);
    for defaults in [vec![text("1"), text(&long)], vec![text("2"), text(&long)], Vec::new()] {
        writer.note_defaults(&defaults).await.map_err(|error| error.to_string())?;
    }
    let mut noted = writer.noted_defaults().await.map_err(|error| error.to_string())?;
    noted.retain(|default| default.block == "a block");
    noted.sort();
    let same = noted == [text("1"), text("2"), text(&long)];
    ensure(same, format_args!("each default is told once, and {} were", noted.len()))?;
    desk.stood_still().await
}

/// What processes say, in order.
async fn said(writer: &dyn Writer) -> Result<Vec<String>, String> {
    let reported = writer.processes().await.map_err(|error| error.to_string())?;
    ensure(
        reported.iter().all(|reported| reported.age < HOUR),
        "it was said just now, and the age is above an hour",
    )?;
    let mut notes: Vec<_> = reported.into_iter().map(|reported| reported.note).collect();
    notes.sort();
    Ok(notes)
}

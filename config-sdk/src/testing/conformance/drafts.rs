//! The rules of drafts: saved beside the active row, read by nobody, activated or discarded once.

use super::desk::{Desk, at, conflicts, note, noting, of, texts};
use super::keyed::{Stage, bounded, one};
use super::reader::{Verdict, ensure, same};
use super::reading::{noted, three};
use super::{Row, Subject};
use crate::source::{Deed, Place, RowState};

pub(super) async fn a_draft_is_read_by_nobody(subject: &dyn Subject) -> Verdict {
    let [a, b, _] = three();
    let mut desk = Desk::new(subject).await?;
    for (place, active) in [(of(a), Some("old")), (of(b), None)] {
        let version = save(&desk, &place, "draft").await?;
        let row = active.map_or_else(|| Row::none(place.block), |note| noted(place.block, note));
        same(&desk.reader.everything().await?, &row)?;
        let found = desk.note(&place).await?;
        ensure(found.as_deref() == active, format_args!("its row became {found:?}"))?;
        let drafts = desk.drafts(&place).await?;
        let is_there = drafts.iter().any(|draft| {
            draft.version == version
                && note(draft) == Some("draft")
                && draft.author.as_deref() == Some("ann")
        });
        ensure(is_there, format_args!("version {version} is a draft, and {drafts:?} came"))?;
        desk.write(&[(&place, Deed::Discard(version))]).await?;
    }
    Ok(())
}

pub(super) async fn an_activated_draft_takes_the_place_of_the_active_row(
    subject: &dyn Subject,
) -> Verdict {
    let [a, ..] = three();
    let (mut desk, place) = (Desk::new(subject).await?, of(a));
    let version = save(&desk, &place, "new").await?;
    let former = desk.row(&place).await?.map(|row| row.version);
    let activated = desk.write(&[(&place, Deed::Activate(version))]).await?;
    let fetched = desk.reader.everything().await?;
    same(&fetched, &noted(a, "new"))?;
    ensure(
        fetched.epoch == activated.epoch,
        format_args!("the epoch is {}, and {activated:?} came", fetched.epoch),
    )?;
    let rows = desk.past(&place, 0).await?.rows;
    let archived = rows.iter().filter(|(state, _)| *state == RowState::Archived);
    let archived: Vec<_> = archived.map(|(_, row)| (Some(row.version), note(row))).collect();
    let meant = (former, Some("old"));
    ensure(archived.contains(&meant), format_args!("{meant:?} is archived: {archived:?} came"))?;
    gone(&desk, &place, version).await?;
    let again = desk.made(&[(&place, Deed::Activate(version))]).await?;
    conflicts(desk.try_write(&again).await?, &place, Some("new"))
}

pub(super) async fn a_discarded_draft_is_gone(subject: &dyn Subject) -> Verdict {
    let [a, ..] = three();
    let (desk, place) = (Desk::new(subject).await?, of(a));
    let [kept, version] = [save(&desk, &place, "1").await?, save(&desk, &place, "2").await?];
    desk.write(&[(&place, Deed::Discard(version))]).await?;
    gone(&desk, &place, version).await?;
    let drafts = desk.drafts(&place).await?;
    ensure(drafts.iter().any(|draft| draft.version == kept), "the other draft went with it")?;
    for deed in [Deed::Discard(version), Deed::Activate(version)] {
        let again = desk.made(&[(&place, deed)]).await?;
        conflicts(desk.try_write(&again).await?, &place, Some("old"))?;
    }
    // Of a row that is active, there is no draft to discard.
    let active = desk.row(&place).await?.map_or(0, |row| row.version);
    let wrong = desk.made(&[(&place, Deed::Discard(active))]).await?;
    conflicts(desk.try_write(&wrong).await?, &place, Some("old"))?;
    desk.write(&[(&place, Deed::Discard(kept))]).await.map(drop)
}

pub(super) async fn a_draft_of_a_key_is_that_key_s(subject: &dyn Subject) -> Verdict {
    let Some(_) = Stage::new(subject).await? else { return Ok(()) };
    let desk = Desk::new(subject).await?;
    let [a, b] = ["a", "b"].map(|key| at(bounded(), &one(key)));
    let shared = of(bounded());
    let version = save(&desk, &a, "of a").await?;
    let version_of_all = save(&desk, &shared, "of all").await?;
    ensure(desk.drafts(&b).await?.is_empty(), "a draft of one key is another's too")?;
    desk.write(&[(&a, Deed::Activate(version)), (&shared, Deed::Activate(version_of_all))]).await?;
    for (place, meant) in [(&a, "of a"), (&b, "2"), (&shared, "of all")] {
        let found = desk.note(place).await?;
        ensure(
            found.as_deref() == Some(meant),
            format_args!("{place} notes {meant}, and {found:?} came"),
        )?;
    }
    desk.write(&[(&a, noting("1"))]).await.map(drop)
}

/// Saves a draft, and yields its version.
async fn save(desk: &Desk<'_>, place: &Place, note: &str) -> Result<u64, String> {
    let written = desk.write(&[(place, Deed::Save(texts(&[("note", note)])))]).await?;
    written.versions.first().copied().ok_or_else(|| "a draft has no version".to_owned())
}

/// Breaks the rule if the draft of that version is still there.
async fn gone(desk: &Desk<'_>, place: &Place, version: u64) -> Verdict {
    let drafts = desk.drafts(place).await?;
    let is_there = drafts.iter().any(|draft| draft.version == version);
    ensure(!is_there, format_args!("the draft of version {version} is still told"))
}

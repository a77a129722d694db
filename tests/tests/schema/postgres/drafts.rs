//! Drafts are saved beside the active row, made active, and thrown away.

use config_sdk::{ConfigBlock, Deed, Entry, RowState, WriteError};

use super::stage::{Stage, all, by, guild, place, text, texts};
use crate::blocks::{First, Pace};
use crate::keys::Guild;

#[tokio::test]
async fn a_draft_is_saved_beside_the_active_row_and_read_by_nobody() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    stage.process.set(&limits, "most", "7").await;
    let draft = Deed::Save(texts([("most", "8"), ("token", "hunter2")]));
    let written = stage.process.act(&limits, draft).await.unwrap();
    assert_eq!(written.versions, [2]);
    assert_eq!(text(&stage.process.row(&limits).await.unwrap(), "most"), Some("7"));
    for id in ["b", "a"] {
        stage.process.act(&guild(id), Deed::Save(texts([("daily", "5")]))).await.unwrap();
    }
    stage.process.act(&place::<Guild>(), Deed::Save(texts([("daily", "6")]))).await.unwrap();
    let blocks = [First::schema(), Pace::schema(), Guild::schema()];
    let drafts = stage.process.writer().drafts(&blocks).await.unwrap();
    let places: Vec<_> = drafts.iter().map(|(place, _)| place.to_string()).collect();
    assert_eq!(places, ["limits", "guild[a]", "guild[b]", "guild"]);
    let (_, draft) = &drafts[0];
    assert_eq!((draft.version, text(draft, "most")), (2, Some("8")));
    assert_eq!(stage.process.writer().drafts(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn a_draft_becomes_active_and_the_former_row_is_archived() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    stage.process.set(&limits, "most", "7").await;
    stage.process.act(&limits, Deed::Save(texts([("most", "8")]))).await.unwrap();
    let entry = stage.process.entry(&limits, Deed::Activate(2)).await;
    let write = by("ann", "tried", all([entry]));
    let written = stage.process.writer().write(&write).await.unwrap();
    assert_eq!((written.epoch, &*written.versions), (3, &[3][..]));
    let row = stage.process.row(&limits).await.unwrap();
    assert_eq!(
        (row.version, text(&row, "most"), row.author.as_deref()),
        (3, Some("8"), Some("ann"))
    );
    let past = stage.process.writer().past(&limits, 9).await.unwrap();
    let states: Vec<_> = past.rows.iter().map(|(state, row)| (*state, row.version)).collect();
    assert_eq!(states, [(RowState::Active, 3), (RowState::Archived, 1)]);
    let (whom, why) = (&past.log[..2], Some("tried"));
    assert!(whom.iter().all(|one| one.who == "ann" && one.why.as_deref() == why), "{whom:?}");

    // Where nothing was active, a draft just becomes it.
    stage.process.act(&place::<Pace>(), Deed::Save(texts([("per_second", "5")]))).await.unwrap();
    let written = stage.process.act(&place::<Pace>(), Deed::Activate(1)).await.unwrap();
    assert_eq!(written.versions, [2]);
}

#[tokio::test]
async fn a_draft_is_thrown_away_once() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    stage.process.act(&limits, Deed::Save(texts([("most", "8")]))).await.unwrap();
    let written = stage.process.act(&limits, Deed::Discard(1)).await.unwrap();
    assert_eq!((written.epoch, &*written.versions), (2, &[0][..]));
    for deed in [Deed::Discard(1), Deed::Activate(1), Deed::Activate(u64::MAX)] {
        let written = stage.process.act(&limits, deed).await;
        let Err(WriteError::Conflict(at)) = written else { panic!("{written:?}") };
        assert_eq!(at, [(limits.clone(), None)]);
    }
    let past = stage.process.writer().past(&limits, 9).await.unwrap();
    let (state, gone) = past.log[0].before.as_ref().unwrap();
    assert_eq!(
        (*state, text(gone, "most"), past.log[0].version),
        (RowState::Draft, Some("8"), Some(1))
    );
}

#[tokio::test]
async fn an_active_row_is_never_thrown_away_as_a_draft() {
    let stage = Stage::set().await;
    let limits = place::<First>();
    stage.process.set(&limits, "most", "7").await;
    let written = stage.process.act(&limits, Deed::Discard(1)).await;
    assert!(matches!(written, Err(WriteError::Conflict(_))), "{written:?}");
    let from = stage.process.row(&limits).await;
    let saved = Entry::new(limits.clone(), from.clone(), Deed::Save(texts([("most", "1")])));
    let again = Entry::new(limits, from, Deed::Save(texts([("most", "2")])));
    let written = stage.process.writer().write(&all([saved, again])).await.unwrap();
    assert_eq!((written.epoch, &*written.versions), (2, &[2, 3][..]));
}

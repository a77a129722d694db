//! What expires is claimed once, and processes say that they are there.

use std::time::Duration;

use config_sdk::{Deed, Entry, WriteError};
use config_tests::wait;

use super::stage::{Process, Stage, all, place, text, texts};
use crate::blocks::Pace;
use crate::store::SOON;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn what_expires_is_known_with_the_change_and_the_next_comes_first() {
    let stage = Stage::set().await;
    let pace = place::<Pace>();
    for (value, after, note) in
        [("2", HOUR * 2, "late"), ("3", HOUR, "it's \\ soon"), ("4", Duration::ZERO, "due")]
    {
        let set = Deed::Set(texts([("per_second", value)]));
        let mut write = all([stage.process.entry(&pace, set).await]);
        write.expires.push((after, note.to_owned()));
        stage.process.writer().write(&write).await.unwrap();
    }
    let expiring = stage.process.writer().expiring().await.unwrap();
    let notes: Vec<_> = expiring.iter().map(|one| &*one.note).collect();
    assert_eq!(notes, ["due", "it's \\ soon", "late"]);
    assert_eq!(expiring[0].left, Duration::ZERO);
    assert!(expiring[1].left <= HOUR && expiring[1].left > HOUR / 2, "{expiring:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_that_undo_a_change_exactly_one_does() {
    let stage = Stage::set().await;
    let pace = place::<Pace>();
    stage.process.set(&pace, "per_second", "1").await;
    let mut write =
        all([stage.process.entry(&pace, Deed::Set(texts([("per_second", "2")]))).await]);
    write.expires.push((Duration::ZERO, "back to 1".to_owned()));
    stage.process.writer().write(&write).await.unwrap();
    let claims = (0..8).map(|_| {
        let process = Process::at(&stage.store.url());
        tokio::spawn(async move {
            let id = process.writer().expiring().await.unwrap().first().map(|one| one.id);
            let from = process.row(&place::<Pace>()).await;
            let set = Deed::Set(texts([("per_second", "1")]));
            let mut write = all([Entry::new(place::<Pace>(), from, set)]);
            write.undoes.push(id.unwrap_or(1));
            process.writer().write(&write).await
        })
    });
    let mut done = 0;
    for claim in claims.collect::<Vec<_>>() {
        match claim.await.unwrap() {
            Ok(_) => done += 1,
            Err(WriteError::Undone) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((done, stage.store.epoch()), (1, 3));
    assert_eq!(text(&stage.process.row(&pace).await.unwrap(), "per_second"), Some("1"));
    assert_eq!(stage.process.writer().expiring().await.unwrap(), []);
}

#[tokio::test]
async fn what_could_not_be_undone_still_expires() {
    let stage = Stage::set().await;
    let pace = place::<Pace>();
    let mut write = all([Entry::new(pace.clone(), None, Deed::Set(texts([("per_second", "2")])))]);
    write.expires.push((Duration::ZERO, "away".to_owned()));
    stage.process.writer().write(&write).await.unwrap();
    let id = stage.process.writer().expiring().await.unwrap()[0].id;
    let mut stale = all([Entry::new(pace, None, Deed::Set(texts([("per_second", "1")])))]);
    stale.undoes = vec![id];
    let written = stage.process.writer().write(&stale).await;
    assert!(matches!(written, Err(WriteError::Conflict(_))), "{written:?}");
    assert_eq!(stage.process.writer().expiring().await.unwrap().len(), 1);
    stale.undoes = vec![u64::MAX];
    let written = stage.process.writer().write(&stale).await;
    assert!(matches!(written, Err(WriteError::Undone)), "{written:?}");
}

#[tokio::test]
async fn processes_say_that_they_are_there_until_they_leave_or_fall_silent() {
    let stage = Stage::set().await;
    let writer = stage.process.writer();
    let notes = async || {
        let processes = writer.processes().await.unwrap();
        processes.into_iter().map(|process| process.note).collect::<Vec<_>>()
    };
    writer.report("b", "it's \\ fresh", HOUR).await.unwrap();
    writer.report("a", "stale", HOUR).await.unwrap();
    writer.report("a", "fresh", HOUR).await.unwrap();
    assert_eq!(notes().await, ["fresh", "it's \\ fresh"]);
    assert!(writer.processes().await.unwrap().iter().all(|process| process.age < HOUR));
    writer.report("c", "for a moment", Duration::from_millis(1)).await.unwrap();
    wait::until("silence", SOON, async || notes().await.len() == 2).await;
    writer.leave("a").await.unwrap();
    writer.leave("nobody").await.unwrap();
    writer.report("b", "still here", HOUR).await.unwrap();
    assert_eq!(stage.sql("select name, note from config_sdk.process"), "b|still here");
    let refused = writer.report("b", "\0", HOUR).await.unwrap_err().to_string();
    assert!(refused.contains("holds a NUL, which Postgres cannot keep"), "{refused}");
    assert_eq!(stage.store.epoch(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_report_at_once_and_wait_for_nobody() {
    let stage = Stage::set().await;
    let processes = (0..8).map(|number| {
        let process = Process::at(&stage.store.url());
        tokio::spawn(async move {
            for _ in 0..30 {
                let (name, moment) = (format!("process {number}"), Duration::from_micros(50));
                process.writer().report(&name, "here", moment).await.unwrap();
            }
        })
    });
    for process in processes.collect::<Vec<_>>() {
        process.await.unwrap();
    }
}

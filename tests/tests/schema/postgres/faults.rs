//! What stands in a write's way is told, and leaves nothing behind.

use config_sdk::{Deed, Entry, Texts, WriteError};
use config_tests::pooler::Pooler;
use config_tests::postgres::Server;

use super::stage::{Process, Stage, all, by, place, refusal, text, texts};
use crate::blocks::{First, Pace};

#[tokio::test]
async fn what_a_rule_refuses_is_told_and_nothing_is_written() {
    let stage = Stage::set().await;
    let (limits, pace) = (place::<First>(), place::<Pace>());
    for (column, value, told) in [
        ("most", "101", "limits_config_most_check"),
        ("most", "many", "what it says may quote a secret"),
        ("mood", "wild", "correct the value, or the rule if that is wrong"),
        ("mood", "\0", "limits.mood has a NUL in it, which no store can keep: take it out"),
        ("none", "1", "has no field in a column `none`"),
    ] {
        let write = all([
            Entry::new(pace.clone(), None, Deed::Set(Texts::default())),
            Entry::new(limits.clone(), None, Deed::Set(texts([(column, value)]))),
        ]);
        let refused = refusal(stage.process.writer().write(&write).await);
        assert!(refused.contains(told), "{refused}");
    }
    let entry = Entry::new(limits, None, Deed::Set(Texts::default()));
    let refused = refusal(stage.process.writer().write(&by("\0", "", all([entry]))).await);
    assert!(refused.contains("author has a NUL in it"), "{refused}");
    let refused = Entry::new(pace.clone(), None, Deed::Set(texts([("per_second", "many")])));
    let refused = refusal(stage.process.writer().write(&all([refused])).await);
    assert!(refused.contains("invalid input syntax"), "{refused}");
    assert_eq!((stage.process.row(&pace).await, stage.store.epoch()), (None, 0));
    stage.process.set(&pace, "per_second", "2").await;
}

#[tokio::test]
async fn a_trigger_that_swallows_a_row_is_not_taken_for_success() {
    let stage = Stage::set().await;
    stage.sql(
        "create function swallow() returns trigger language plpgsql as 'begin return null; end';
         create trigger swallow before insert on pace_config for each row
             execute function swallow()",
    );
    let write = all([
        Entry::new(place::<First>(), None, Deed::Set(Texts::default())),
        Entry::new(place::<Pace>(), None, Deed::Set(Texts::default())),
    ]);
    let refused = refusal(stage.process.writer().write(&write).await);
    assert!(refused.contains("did not write one row where one was to be written"), "{refused}");
    assert_eq!(stage.process.row(&place::<First>()).await, None);
}

#[tokio::test]
async fn a_write_waits_for_others_but_not_for_ever() {
    let stage = Stage::set().await;
    let open = stage.database().client().await;
    open.batch_execute("begin; insert into limits_config (status) values ('draft')").await.unwrap();
    let entry = Entry::new(place::<Pace>(), None, Deed::Set(Texts::default()));
    let written = stage.process.writer().write(&all([entry])).await;
    let Err(WriteError::Store(error)) = written else { panic!("{written:?}") };
    assert!(error.is_passing() && error.to_string().contains("try again"), "{error}");
    open.batch_execute("commit").await.unwrap();
    stage.process.set(&place::<Pace>(), "per_second", "2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_pass_a_pooler_in_transaction_mode_and_leave_nothing_in_its_sessions() {
    let stage = Stage::set().await;
    let pooler = Pooler::to(&Server::shared(), 2);
    let url = pooler.url(stage.database());
    let pace = place::<Pace>();
    stage.process.set(&pace, "per_second", "0").await;
    let writers = (0..4).map(|number| {
        let process = Process::at(&url);
        tokio::spawn(async move {
            let mut wins = 0;
            while wins < 5 {
                let from = process.row(&place::<Pace>()).await.unwrap();
                let next: u32 = text(&from, "per_second").unwrap().parse().unwrap();
                let set = Deed::Set(texts([("per_second", &(next + 1).to_string())]));
                let write = all([Entry::new(place::<Pace>(), Some(from), set)]);
                let author = format!("writer {number}");
                match process.writer().write(&by(&author, "", write)).await {
                    Ok(_) => wins += 1,
                    Err(WriteError::Conflict(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let pooled = Process::at(&url);
    pooled.set(&pace, "per_second", "100").await;
    let log = "select who, count(*) from config_sdk.change group by who order by who";
    assert_eq!(stage.sql(log), "admin|2\nwriter 0|5\nwriter 1|5\nwriter 2|5\nwriter 3|5");
    pooled.writer().report("a", "here", std::time::Duration::from_secs(60)).await.unwrap();
    assert_eq!(pooled.writer().processes().await.unwrap().len(), 1);
}

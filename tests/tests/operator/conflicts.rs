//! Two operators at once: one wins, the other is told what changed under them, and nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use config_sdk::ChangeError;

use crate::on_every_store;
use crate::stage::Stage;

on_every_store! {
    the_second_of_two_is_told_what_changed_under_them
    a_change_that_names_a_version_is_made_from_that_one_alone
    a_key_is_not_changed_under_a_shared_row_that_nobody_judged_it_by
    sixteen_writers_lose_nothing
}

async fn the_second_of_two_is_told_what_changed_under_them(stage: Stage) {
    let (anna, bob) = (stage.operator(), stage.operator().author("bob"));
    let first = anna.change().set_path("risk.max_attempts", "7").reason("calmer").plan();
    let second = bob.change().set_path("risk.max_drawdown_pct", "30").plan();
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    first.apply().await.unwrap();
    let error = second.apply().await.unwrap_err();
    let begins = "nothing was changed, because what it was made from has changed; look at it again, \
                  and repeat the change if it still holds:\n  - risk is at version 1 now";
    assert!(error.to_string().starts_with(begins), "{error}");
    let ChangeError::Conflict(conflicts) = error else { panic!("{error}") };
    let told = conflicts[0].to_string();
    assert!(told.starts_with("risk is at version 1 now, and not at no version, by anna"), "{told}");
    assert!(told.contains("(calmer)") && told.contains("max_attempts: 3 (default) → 7"), "{told}");
    assert_eq!(bob.value("risk.max_drawdown_pct").await.unwrap().to_string(), "20");
}

async fn a_change_that_names_a_version_is_made_from_that_one_alone(stage: Stage) {
    let operator = stage.operator();
    let set = |number: &str| operator.change().set_path("pace.per_second", number.to_owned());
    set("20").expect_version("pace", 0).apply().await.unwrap();
    let stale = set("30").expect_version("pace", 0).apply().await.unwrap_err();
    assert!(stale.to_string().contains("pace is at version 1 now"), "{stale}");
    set("30").expect_version("pace", 1).apply().await.unwrap();
    // Also of a row that it does not change.
    let other = operator.change().set_path("risk.max_attempts", "4").expect_version("pace", 1);
    assert!(matches!(other.apply().await, Err(ChangeError::Conflict(_))));
}

async fn a_key_is_not_changed_under_a_shared_row_that_nobody_judged_it_by(stage: Stage) {
    let operator = stage.operator();
    let plan = operator.change().set_path("bytes[g].daily_amount", "50").plan().await.unwrap();
    operator.change().set_path("bytes.cooldown_hours", "12").apply().await.unwrap();
    let Err(ChangeError::Conflict(conflicts)) = plan.apply().await else {
        panic!("the key was judged by another shared row");
    };
    assert_eq!(conflicts[0].place, "bytes");
}

/// Each adds to its own number and to one that all share, by reading and writing.
async fn sixteen_writers_lose_nothing(stage: Stage) {
    const WRITERS: u32 = 16;
    const TIMES: u32 = 5;
    stage.operator().change().set_path("pace.per_second", "1").apply().await.unwrap();
    let conflicts = Arc::new(AtomicU32::new(0));
    let begin = Arc::new(tokio::sync::Barrier::new(WRITERS as usize));
    let writers = (0..WRITERS).map(|number| {
        let operator = stage.operator().author(format!("writer {number}"));
        let (conflicts, begin) = (conflicts.clone(), begin.clone());
        tokio::spawn(async move {
            let mut done = 0;
            while done < TIMES {
                let row = operator.row_at("pace").await.unwrap();
                let now = row.fields[0].value.as_i64().unwrap();
                if now == 1 && conflicts.load(Ordering::Relaxed) == 0 {
                    begin.wait().await; // all of them begin with the same row
                }
                let change = operator
                    .change()
                    .set_path("pace.per_second", (now + 1).to_string())
                    .set_path(
                        &format!("bytes[writer-{number}].daily_amount"),
                        (done + 1).to_string(),
                    )
                    .expect_version("pace", row.version)
                    .reason(format!("from {now}"));
                match change.apply().await {
                    Ok(_) => done += 1,
                    Err(ChangeError::Conflict(_)) => {
                        conflicts.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let operator = stage.operator();
    let sum = operator.value("pace.per_second").await.unwrap();
    assert_eq!(sum.as_i64(), Some(i64::from(WRITERS * TIMES + 1)));
    let history = operator.history("pace", 1000).await.unwrap();
    // Every success made a version of its own, by its author, and each says what it was made from.
    assert_eq!(history.versions.len() as u32, WRITERS * TIMES + 1);
    for number in 0..WRITERS {
        let author = format!("writer {number}");
        let mine = history.versions.iter().filter(|v| v.author.as_ref() == Some(&author));
        assert_eq!(mine.count() as u32, TIMES, "{author}");
        let own = operator.value(&format!("bytes[writer-{number}].daily_amount")).await.unwrap();
        assert_eq!(own.as_i64(), Some(i64::from(TIMES)), "{author}");
    }
    assert!(conflicts.load(Ordering::Relaxed) > 0, "nobody met anybody");
}

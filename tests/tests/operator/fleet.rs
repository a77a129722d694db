//! Who has it: processes that report themselves, and waiting for all of them.

use std::time::Duration;

use config_tests::wait;

use crate::on_every_store;
use crate::stage::{SOON, Stage};

on_every_store! {
    processes_say_what_they_run_and_why_they_refuse
    everybody_is_waited_for_and_the_late_are_named
    a_process_that_ends_is_gone_at_once
    a_process_that_does_not_report_itself_is_not_seen
    every_process_can_be_asked_to_read_again
}

async fn processes_say_what_they_run_and_why_they_refuse(stage: Stage) {
    let operator = stage.operator();
    let config = stage.builder().report_as("bot", "1.2.3").start().await.unwrap();
    let is_there = async || operator.processes().await.unwrap().len() == 1;
    wait::until("it is there", SOON, is_there).await;
    let applied = operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    let arrival = operator.wait_for(applied.epoch, SOON).await.unwrap();
    assert!(arrival.missing.is_empty() && arrival.there.len() == 1);
    let process = &arrival.there[0];
    assert_eq!((process.name.as_str(), process.build.as_str()), ("bot", "1.2.3"));
    assert_eq!(process.pid, std::process::id());
    assert!(!process.host.is_empty() && process.age < SOON);
    let pace = process.blocks.iter().find(|block| block.name == "pace").unwrap();
    assert_eq!((pace.version, pace.state.as_str()), (1, "fresh"));

    stage.edit("trading", "min_position", "9");
    let refusing = wait::until("the refusal is told", SOON, || async {
        let processes = operator.processes().await.unwrap();
        processes.into_iter().find(config_sdk::Process::is_refusing)
    });
    let refusing = refusing.await;
    let trading = refusing.blocks.iter().find(|block| block.name == "trading").unwrap();
    assert_eq!(trading.state, "rejected");
    assert!(trading.faults[0].contains("must not be above max_position"), "{trading:?}");
    drop(config);
}

async fn everybody_is_waited_for_and_the_late_are_named(stage: Stage) {
    let operator = stage.operator();
    let mut fleet = Vec::new();
    for number in 0..3 {
        let name = format!("bot-{number}");
        fleet.push(stage.builder().report_as(name, "1").start().await.unwrap());
    }
    let applied = operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    wait::until("all are there", SOON, || async {
        let arrival = operator.wait_for(applied.epoch, SOON).await.unwrap();
        if arrival.there.len() == 3 { Ok(()) } else { Err(arrival) }
    })
    .await;
    let late = operator.wait_for(applied.epoch + 1, Duration::from_millis(50)).await.unwrap();
    let names: Vec<_> = late.missing.iter().map(|process| process.name.as_str()).collect();
    assert_eq!(names, ["bot-0", "bot-1", "bot-2"]);
}

async fn a_process_that_ends_is_gone_at_once(stage: Stage) {
    let operator = stage.operator();
    let config = stage.builder().report_as("bot", "1").start().await.unwrap();
    wait::until("it is there", SOON, || async { operator.processes().await.unwrap().len() == 1 })
        .await;
    config.shutdown().await;
    assert!(operator.processes().await.unwrap().is_empty());
}

async fn a_process_that_does_not_report_itself_is_not_seen(stage: Stage) {
    let config = stage.start().await;
    let operator = stage.operator();
    let applied = operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    config.wait_for(applied.epoch, SOON).await.unwrap();
    assert!(operator.processes().await.unwrap().is_empty());
    let arrival = operator.wait_for(applied.epoch, SOON).await.unwrap();
    assert!(arrival.there.is_empty() && arrival.missing.is_empty());
}

async fn every_process_can_be_asked_to_read_again(stage: Stage) {
    let config = stage.start().await;
    let epoch = stage.operator().refresh(&["pace", "bytes"]).await.unwrap();
    config.wait_for(epoch, SOON).await.unwrap();
    let error = stage.operator().refresh(&["pac"]).await.unwrap_err().to_string();
    assert!(error.contains("did you mean `pace`?"), "{error}");
}

//! Changes for a time: taken back by themselves, by one of the processes that are there, once.

use std::time::Duration;

use config_sdk::{ChangeError, Config, Operator};
use config_tests::wait;

use crate::on_every_store;
use crate::stage::{SOON, Stage};

on_every_store! {
    a_change_for_a_time_is_taken_back_once_by_one_of_many_processes
    what_was_changed_again_meanwhile_stays
    a_change_for_a_time_waits_until_a_process_is_there
    one_change_for_a_time_over_another_goes_back_to_what_was_before_both
    what_is_set_again_for_good_stays
    who_was_faster_with_a_change_for_a_time_is_told_of
    what_cannot_be_taken_back_yet_is_taken_back_later
    who_knows_a_block_takes_it_back_and_leaves_the_others
    a_secret_is_not_changed_for_a_time
    what_will_be_taken_back_is_listed_and_explained
}

const SHORT: Duration = Duration::from_millis(600);

async fn taken_back(operator: &Operator) {
    wait::until("the change is taken back", SOON, || async {
        operator.expiring().await.unwrap().is_empty()
    })
    .await;
}

async fn a_change_for_a_time_is_taken_back_once_by_one_of_many_processes(stage: Stage) {
    let mut processes: Vec<Config> = Vec::new();
    for _ in 0..4 {
        processes.push(stage.start().await);
    }
    let operator = stage.operator();
    operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    let change = operator
        .change()
        .set_path("pace.per_second", "99")
        .set_path("bytes[g].daily_amount", "7")
        .reason("a rush")
        .lasting(Duration::from_secs(3)); // long enough to be seen on a busy machine
    let applied = change.apply().await.unwrap();
    processes[0].wait_for(applied.epoch, SOON).await.unwrap();
    assert_eq!(processes[0].value("pace.per_second").unwrap().as_i64(), Some(99));
    taken_back(&operator).await;
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(20));
    assert_eq!(operator.value("bytes[g].daily_amount").await.unwrap().as_i64(), Some(10));
    // Whoever would do it again has had the time to.
    let epoch = processes[0].refresh_all().await.unwrap().epoch;
    processes[3].wait_for(epoch, SOON).await.unwrap();
    let history = operator.history("pace", 10).await.unwrap();
    assert_eq!(history.versions.len(), 3, "{history}");
    assert_eq!(history.versions[0].reason.as_deref(), Some("over: a rush"));
    assert_eq!(history.versions[0].author.as_deref(), Some("anna"));
    assert_eq!(processes[3].value("pace.per_second").unwrap().as_i64(), Some(20));
}

async fn what_was_changed_again_meanwhile_stays(stage: Stage) {
    let operator = stage.operator();
    let both = operator.change().set_path("risk.max_attempts", "9");
    both.set_path("risk.max_drawdown_pct", "40").lasting(SHORT).apply().await.unwrap();
    operator.change().set_path("risk.max_attempts", "5").author("bob").apply().await.unwrap();
    let _process = stage.start().await;
    taken_back(&operator).await;
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(5));
    assert_eq!(operator.value("risk.max_drawdown_pct").await.unwrap().as_i64(), Some(20));
}

async fn a_change_for_a_time_waits_until_a_process_is_there(stage: Stage) {
    let operator = stage.operator();
    let short = Duration::from_millis(1);
    operator.change().set_path("pace.per_second", "99").lasting(short).apply().await.unwrap();
    let due = async || operator.expiring().await.unwrap()[0].left.is_zero();
    wait::until("its time is over", SOON, due).await;
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(99));
    let _process = stage.start().await;
    taken_back(&operator).await;
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(10));
}

async fn one_change_for_a_time_over_another_goes_back_to_what_was_before_both(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    let long = Duration::from_secs(3600);
    let first = operator.change().set_path("pace.per_second", "50");
    first.set_path("risk.max_attempts", "9").lasting(long).apply().await.unwrap();
    let second = operator.change().set_path("pace.per_second", "99").lasting(SHORT);
    second.apply().await.unwrap();
    let paths: Vec<_> =
        operator.expiring().await.unwrap().into_iter().map(|change| change.paths).collect();
    assert_eq!(paths, [["pace.per_second"], ["risk.max_attempts"]]);
    let _process = stage.start().await;
    let is_over = async || operator.expiring().await.unwrap().len() == 1;
    wait::until("the second is over", SOON, is_over).await;
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(20));
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(9));
}

async fn what_is_set_again_for_good_stays(stage: Stage) {
    let operator = stage.operator();
    let both = operator.change().set_path("pace.per_second", "99");
    both.set_path("risk.max_attempts", "9").lasting(SHORT).apply().await.unwrap();
    let plan = operator.change().set_path("pace.per_second", "99").plan().await.unwrap();
    assert!(plan.is_change());
    assert!(plan.to_string().contains("stays for good: per_second"), "{plan}");
    plan.apply().await.unwrap();
    let _process = stage.start().await;
    taken_back(&operator).await;
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(99));
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(3));
}

async fn who_was_faster_with_a_change_for_a_time_is_told_of(stage: Stage) {
    let operator = stage.operator();
    let change = operator.change().set_path("pace.per_second", "99");
    change.lasting(Duration::from_secs(3600)).apply().await.unwrap();
    let for_good = || operator.change().set_path("pace.per_second", "99").plan();
    let (first, second) = (for_good().await.unwrap(), for_good().await.unwrap());
    first.apply().await.unwrap();
    let error = second.apply().await.unwrap_err().to_string();
    let said = "nothing was changed, because a change for a time was taken back meanwhile; look at it \
                again, and repeat the change if it still holds";
    assert_eq!(error, said);
}

async fn who_knows_a_block_takes_it_back_and_leaves_the_others(stage: Stage) {
    let operator = stage.operator();
    let both = operator.change().set_path("pace.per_second", "99");
    both.set_path("risk.max_attempts", "9").lasting(SHORT).apply().await.unwrap();
    let of_pace = config_sdk::Config::builder().block::<crate::blocks::PaceConfig>();
    let _paces = stage.with(of_pace).start().await.unwrap();
    let is_half = async || operator.expiring().await.unwrap().len() == 1;
    wait::until("its own is taken back", SOON, is_half).await;
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(10));
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(9));
    let _all = stage.start().await;
    taken_back(&operator).await;
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(3));
}

async fn what_cannot_be_taken_back_yet_is_taken_back_later(stage: Stage) {
    let operator = stage.operator();
    let change = operator.change().set_path("trading.max_position", "5");
    change.lasting(SHORT).apply().await.unwrap();
    // With this, the former `max_position` would be below it.
    operator.change().set_path("trading.min_position", "3").apply().await.unwrap();
    let process = stage.start().await;
    let due = async || operator.expiring().await.unwrap()[0].left.is_zero();
    wait::until("its time is over", SOON, due).await;
    process.refresh_all().await.unwrap();
    assert_eq!(operator.value("trading.max_position").await.unwrap().as_i64(), Some(5));
    operator.change().unset("trading.min_position").apply().await.unwrap();
    taken_back(&operator).await;
    assert_eq!(operator.value("trading.max_position").await.unwrap().to_string(), "1.0");
}

async fn a_secret_is_not_changed_for_a_time(stage: Stage) {
    let operator = stage.operator();
    let change = operator.change().set_path("trading.token", "hush").lasting(SHORT);
    let Err(ChangeError::Mistakes(mistakes)) = change.apply().await else {
        panic!("a secret would lie in the open");
    };
    let told = mistakes[0].to_string();
    let said = "`trading.token` is a secret, and what a change for a time takes back is kept in the \
                open: change it for good, without `lasting`";
    assert_eq!(told, said);
    let draft = operator.change().set_path("pace.per_second", "9").lasting(SHORT).save().await;
    let told = draft.unwrap_err().to_string();
    let said = "a draft has no end: say how long it holds when it is activated";
    assert!(told.contains(said), "{told}");
}

async fn what_will_be_taken_back_is_listed_and_explained(stage: Stage) {
    let operator = stage.operator();
    let change = operator.change().set_path("pace.per_second", "99").reason("a rush");
    change.lasting(Duration::from_secs(7200)).apply().await.unwrap();
    let expiring = operator.expiring().await.unwrap();
    assert_eq!(expiring[0].paths, ["pace.per_second"]);
    assert_eq!(expiring[0].reason.as_deref(), Some("a rush"));
    let left = expiring[0].left.as_secs();
    assert!((7100..=7200).contains(&left), "{left}");
    let trace = operator.explain("pace.per_second").await.unwrap();
    // Of a moment less than two hours, whole seconds may be two.
    let said = ["1h 59m", "2h"].map(|left| format!("pace goes back to what it was in {left}"));
    assert!(said.iter().any(|said| trace.pending[0].starts_with(said)), "{trace}");
    let change = operator.change().set_path("bytes.daily_amount", "50");
    let change = change.set_path(r#"strategy["a,b",c].risk_pct"#, "2");
    change.lasting(Duration::from_secs(7200)).apply().await.unwrap();
    for path in ["bytes[g].daily_amount", r#"strategy["a,b",c].risk_pct"#] {
        let trace = operator.explain(path).await.unwrap();
        assert!(trace.pending[0].contains("goes back to what it was"), "{trace}");
    }
}

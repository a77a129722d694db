//! The past of a row: who, when, why, from where; what differed; and taking a version back.

use config_sdk::{ChangeError, Config, RowState};

use crate::blocks::RiskConfig;
use crate::on_every_store;
use crate::stage::{SOON, Stage};

on_every_store! {
    every_version_says_who_when_why_and_what_it_changed
    an_edit_by_other_means_is_in_the_history_with_whoever_the_store_knows
    two_versions_differ_in_typed_values
    a_rollback_is_a_new_version_judged_by_todays_type
    a_rollback_to_no_row_at_all_resets_every_field
    a_version_that_is_not_there_is_told_with_those_that_are
    a_deleted_row_keeps_its_past_and_comes_back
    a_key_has_a_past_of_its_own
}

async fn every_version_says_who_when_why_and_what_it_changed(stage: Stage) {
    let operator = stage.operator();
    let set = |text: &str| operator.change().set_path("trading.score_threshold", text.to_owned());
    set("0.8").reason("calmer").apply().await.unwrap();
    set("0.9").author("bob").reason("calmer still").apply().await.unwrap();
    set("0.95").author("bob").apply().await.unwrap();
    let history = operator.history("trading", 10).await.unwrap();
    let told: Vec<_> = history
        .versions
        .iter()
        .map(|version| {
            let fields: Vec<_> = version.fields.iter().map(ToString::to_string).collect();
            let (author, reason) = (version.author.clone(), version.reason.clone());
            (version.version, author.unwrap(), reason, fields.join(", "))
        })
        .collect();
    let said = |reason: &str| Some(reason.to_owned());
    assert_eq!(
        told,
        [
            (3, "bob".to_owned(), None, "score_threshold: 0.9 → 0.95".to_owned()),
            (2, "bob".to_owned(), said("calmer still"), "score_threshold: 0.8 → 0.9".to_owned()),
            (
                1,
                "anna".to_owned(),
                said("calmer"),
                "score_threshold: 0.70 (default) → 0.8".to_owned()
            ),
        ]
    );
    assert_eq!(history.versions[0].state, Some(RowState::Active));
    assert_eq!(history.versions[1].state, Some(RowState::Archived));
    assert!(history.versions.iter().all(|v| v.time.is_some() && v.epoch.is_some()));
    assert_eq!(operator.history("trading", 2).await.unwrap().versions.len(), 2);
}

async fn an_edit_by_other_means_is_in_the_history_with_whoever_the_store_knows(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("risk.max_attempts", "4").apply().await.unwrap();
    stage.edit("risk", "max_attempts", "9");
    let history = operator.history("risk", 10).await.unwrap();
    let edit = &history.versions[0];
    assert_eq!(edit.fields[0].to_string(), "max_attempts: 4 → 9");
    let (who, via) = match &stage {
        Stage::Memory(_) => ("memory".to_owned(), "memory".to_owned()),
        Stage::Sqlite(_) => ("sql".to_owned(), "sql".to_owned()),
        Stage::Postgres(database) => {
            let role = database.psql("select current_user");
            (role.clone(), format!("{role}/psql"))
        }
    };
    assert_eq!((edit.author.clone(), edit.via.clone()), (Some(who), Some(via)));
    let own = &history.versions[1];
    assert_eq!(own.author.as_deref(), Some("anna"));
    let is_told = own.via != edit.via || matches!(stage, Stage::Memory(_));
    assert!(is_told, "which way a change came, where there are several");
}

async fn two_versions_differ_in_typed_values(stage: Stage) {
    let operator = stage.operator();
    for (path, text) in
        [("risk.max_attempts", "4"), ("risk.max_drawdown_pct", "30"), ("risk.max_attempts", "5")]
    {
        operator.change().set_path(path, text).apply().await.unwrap();
    }
    let told = async |from, to| {
        let fields = operator.diff("risk", from, to).await.unwrap();
        fields.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(told(1, 3).await, "max_drawdown_pct: 20 (default) → 30; max_attempts: 4 → 5");
    assert_eq!(told(3, 2).await, "max_attempts: 5 → 4");
    assert_eq!(told(0, 1).await, "max_attempts: 3 (default) → 4");
    assert_eq!(told(2, 2).await, "");
}

async fn a_rollback_is_a_new_version_judged_by_todays_type(stage: Stage) {
    let (config, operator) = (stage.start().await, stage.operator());
    let set = |text: &str| operator.change().set_path("trading.max_positions", text.to_owned());
    set("10").apply().await.unwrap();
    set("20").set_path("trading.strategy", "fast").apply().await.unwrap();
    let back = operator.rollback("trading", 1).await.unwrap().reason("back");
    let applied = back.apply().await.unwrap();
    assert_eq!(applied.rows[0].version, 3);
    config.wait_for(applied.epoch, SOON).await.unwrap();
    assert_eq!(config.value("trading.max_positions").unwrap().as_i64(), Some(10));
    assert!(config.value("trading.strategy").unwrap().is_null());
    let history = operator.history("trading", 10).await.unwrap();
    assert_eq!(history.versions.len(), 3, "nothing of the past is rewritten");
    assert_eq!(history.versions[0].reason.as_deref(), Some("back"));

    // What was good then may not be now.
    stage.edit("trading", "min_position", "9");
    stage.edit("trading", "min_position", "0.1");
    let bad = operator.history("trading", 10).await.unwrap().versions[1].version;
    let refused = operator.rollback("trading", bad).await.unwrap().apply().await;
    let Err(ChangeError::Rejected(faults)) = refused else { panic!("{refused:?}") };
    assert!(faults.to_string().contains("min_position"), "{faults}");
}

async fn a_rollback_to_no_row_at_all_resets_every_field(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("risk.max_attempts", "4").apply().await.unwrap();
    operator.rollback("risk", 0).await.unwrap().apply().await.unwrap();
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(3));
}

async fn a_version_that_is_not_there_is_told_with_those_that_are(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("risk.max_attempts", "4").apply().await.unwrap();
    operator.change().set_path("risk.max_attempts", "5").apply().await.unwrap();
    let error = operator.rollback("risk", 7).await.unwrap_err().to_string();
    assert!(error.contains("risk has no version 7; there are: 2, 1"), "{error}");
}

async fn a_deleted_row_keeps_its_past_and_comes_back(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("risk.max_attempts", "4").apply().await.unwrap();
    match &stage {
        Stage::Memory(store) => drop(store.remove("risk")),
        _ => stage.sql("delete from risk_config"),
    }
    let history = operator.history("risk", 10).await.unwrap();
    assert!(history.versions[0].deleted_by.is_some(), "{history}");
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(3));
    let back = operator.rollback("risk", 1).await.unwrap().apply().await.unwrap();
    assert_eq!(back.rows[0].version, 2, "a number is not given twice");
    assert_eq!(operator.value("risk.max_attempts").await.unwrap().as_i64(), Some(4));
}

async fn a_key_has_a_past_of_its_own(stage: Stage) {
    let operator = stage.operator();
    for (key, text) in [("a", "1"), ("b", "2"), ("a", "3")] {
        let path = format!("bytes[{key}].daily_amount");
        operator.change().set_path(&path, text).apply().await.unwrap();
    }
    operator.change().set_path("bytes.daily_amount", "9").apply().await.unwrap();
    let versions = async |path: &str| operator.history(path, 10).await.unwrap().versions.len();
    assert_eq!((versions("bytes[a]").await, versions("bytes[b]").await), (2, 1));
    assert_eq!((versions("bytes").await, versions("bytes[c]").await), (1, 0));
    operator.rollback("bytes[a]", 1).await.unwrap().apply().await.unwrap();
    assert_eq!(operator.value("bytes[a].daily_amount").await.unwrap().as_i64(), Some(1));
    assert_eq!(operator.value("bytes[b].daily_amount").await.unwrap().as_i64(), Some(2));
}

/// A struct that has lost a field since.
mod lost {
    use config_sdk::ConfigBlock;

    #[derive(Clone, Debug, PartialEq, ConfigBlock)]
    #[config(name = "risk", retired = "max_attempts")]
    pub(super) struct Narrower {
        #[config(default = 20)]
        pub(super) max_drawdown_pct: u32,
    }
}

#[tokio::test]
async fn a_rollback_says_which_fields_are_none_any_more() {
    let stage = Stage::sqlite().await;
    let operator = stage.operator();
    let both = operator.change().set::<RiskConfig>(|risk| {
        risk.max_attempts = 4;
        risk.max_drawdown_pct = 30.into();
    });
    both.apply().await.unwrap();
    operator.change().unset("risk").apply().await.unwrap();
    let Stage::Sqlite(folder) = &stage else { unreachable!() };
    let url = format!("sqlite:{}", folder.path().join("config.db").display());
    let today = Config::builder().block::<lost::Narrower>().url(&url);
    let plan = today.operator().unwrap().rollback("risk", 1).await.unwrap().plan().await.unwrap();
    assert_eq!(plan.rows()[0].gone, ["max_attempts"]);
    assert_eq!(plan.rows()[0].fields[0].to_string(), "max_drawdown_pct: 20 (default) → 30");
}

//! Drafts: saved, looked at, activated or discarded; and read by nobody until then.

use config_sdk::{ChangeError, RowState};

use crate::on_every_store;
use crate::stage::{SOON, Stage};

on_every_store! {
    a_draft_is_read_by_nobody_until_it_is_activated
    drafts_of_several_blocks_become_active_together
    a_draft_that_was_overtaken_is_a_conflict_unless_it_is_meant
    a_discarded_draft_is_gone_and_can_be_discarded_once
    a_draft_that_readers_would_turn_away_is_not_saved
    a_draft_is_activated_as_it_was_saved_and_as_nothing_else
    a_draft_of_a_key_is_compared_with_what_it_inherits
    a_draft_by_other_means_is_one_like_any_other
}

async fn a_draft_is_read_by_nobody_until_it_is_activated(stage: Stage) {
    let (config, operator) = (stage.start().await, stage.operator());
    operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    let change = operator.change().set_path("pace.per_second", "30").reason("for monday");
    let saved = change.save().await.unwrap();
    assert_eq!(saved.drafts, [("pace".to_owned(), 2)]);
    let drafts = operator.drafts().await.unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!((drafts[0].version, drafts[0].active), (2, 1));
    assert_eq!(drafts[0].author.as_deref(), Some("anna"));
    assert_eq!(drafts[0].reason.as_deref(), Some("for monday"));
    assert_eq!(drafts[0].fields[0].to_string(), "per_second: 20 → 30");
    config.refresh_all().await.unwrap();
    assert_eq!(config.value("pace.per_second").unwrap().as_i64(), Some(20));

    let activation = operator.activate(&[("pace", 2)], false).await.unwrap();
    let plan = activation.reason("monday").plan().await.unwrap();
    assert_eq!(plan.rows()[0].fields[0].to_string(), "per_second: 20 → 30");
    let applied = plan.apply().await.unwrap();
    assert!(applied.rows[0].version > 2);
    config.wait_for(applied.epoch, SOON).await.unwrap();
    assert_eq!(config.value("pace.per_second").unwrap().as_i64(), Some(30));
    assert!(operator.drafts().await.unwrap().is_empty());
    let history = operator.history("pace", 10).await.unwrap();
    let active = &history.versions[0];
    assert_eq!(active.state, Some(RowState::Active));
    assert_eq!(active.author.as_deref(), Some("anna"));
    assert_eq!(active.reason.as_deref(), Some("monday"));
    assert_eq!(active.fields[0].to_string(), "per_second: 20 → 30");
}

async fn drafts_of_several_blocks_become_active_together(stage: Stage) {
    let operator = stage.operator();
    let change = operator
        .change()
        .set_path("pace.per_second", "30")
        .set_path("bytes[g].daily_amount", "7")
        .set_path("trading.token", "hush");
    let saved = change.save().await.unwrap();
    let drafts: Vec<_> = saved.drafts.iter().map(|(place, v)| (place.as_str(), *v)).collect();
    let applied = operator.activate(&drafts, false).await.unwrap().apply().await.unwrap();
    assert_eq!(applied.rows.len(), 3);
    assert_eq!(operator.value("bytes[g].daily_amount").await.unwrap().as_i64(), Some(7));
    let config = stage.start().await;
    let trading = config.get::<crate::blocks::TradingConfig>();
    assert_eq!(trading.token.as_ref().map(|token| token.expose().as_str()), Some("hush"));
}

async fn a_draft_that_was_overtaken_is_a_conflict_unless_it_is_meant(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("pace.per_second", "30").save().await.unwrap();
    operator.change().set_path("pace.per_second", "40").author("bob").apply().await.unwrap();
    let late = operator.activate(&[("pace", 1)], false).await.unwrap().apply().await;
    let Err(ChangeError::Conflict(conflicts)) = late else { panic!("{late:?}") };
    let told = conflicts[0].to_string();
    assert!(told.contains("version 2 now, which is newer than draft 1, by bob"), "{told}");
    operator.activate(&[("pace", 1)], true).await.unwrap().apply().await.unwrap();
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(30));
}

async fn a_discarded_draft_is_gone_and_can_be_discarded_once(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("pace.per_second", "30").save().await.unwrap();
    operator.discard(&[("pace", 1)]).await.unwrap();
    assert!(operator.drafts().await.unwrap().is_empty());
    let error = operator.discard(&[("pace", 1)]).await.unwrap_err().to_string();
    assert!(error.contains("has no version 1: it has none"), "{error}");
}

async fn a_draft_that_readers_would_turn_away_is_not_saved(stage: Stage) {
    let operator = stage.operator();
    let saved = operator.change().set_path("pace.per_second", "0").save().await;
    assert!(matches!(saved, Err(ChangeError::Rejected(_))));
    assert!(operator.drafts().await.unwrap().is_empty());
}

async fn a_draft_is_activated_as_it_was_saved_and_as_nothing_else(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("pace.per_second", "30").save().await.unwrap();
    operator.change().set_path("pace.per_second", "40").save().await.unwrap();
    let edited = operator.activate(&[("pace", 1)], false).await.unwrap();
    let edited = edited.set_path("pace.per_second", "50").apply().await.unwrap_err().to_string();
    let said = "`pace` is activated as it was saved: name it once, and edit it afterwards";
    assert!(edited.contains(said), "{edited}");
    let both = operator.activate(&[("pace", 1), ("pace", 2)], false).await.unwrap();
    assert!(matches!(both.plan().await, Err(ChangeError::Mistakes(_))));
    // The first of all, activated, changed what the defaults said.
    operator.activate(&[("pace", 2)], false).await.unwrap().apply().await.unwrap();
    let history = operator.history("pace", 10).await.unwrap();
    assert_eq!(history.versions[0].fields[0].to_string(), "per_second: 10 (default) → 40");
    assert_eq!(history.versions[1].state, Some(RowState::Archived), "it is a draft no more");
}

async fn a_draft_of_a_key_is_compared_with_what_it_inherits(stage: Stage) {
    let operator = stage.operator();
    let change = operator.change().set_path("bytes.cooldown_hours", "12");
    change.set_path("bytes[g].cooldown_hours", "6").apply().await.unwrap();
    operator.change().unset("bytes[g].cooldown_hours").save().await.unwrap();
    let drafts = operator.drafts().await.unwrap();
    assert_eq!(drafts[0].fields[0].to_string(), "cooldown_hours: 6 → 12 (inherited)");
}

async fn a_draft_by_other_means_is_one_like_any_other(stage: Stage) {
    if matches!(stage, Stage::Memory(_)) {
        return; // it has no other means
    }
    let operator = stage.operator();
    stage.sql("insert into pace_config (per_second) values (50)");
    let drafts = operator.drafts().await.unwrap();
    assert_eq!(drafts[0].fields[0].to_string(), "per_second: 10 (default) → 50");
    operator.activate(&[("pace", drafts[0].version)], false).await.unwrap().apply().await.unwrap();
    assert_eq!(operator.value("pace.per_second").await.unwrap().as_i64(), Some(50));
}

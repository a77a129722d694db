//! Changes: over several blocks and keys, typed or by path, tried before they are made.

use config_sdk::{ChangeError, Config};

use crate::blocks::{BytesConfig, PaceConfig, RiskConfig, StrategyConfig, TradingConfig};
use crate::on_every_store;
use crate::stage::{SOON, Stage};

on_every_store! {
    a_change_over_three_blocks_is_one_epoch_with_author_and_reason
    a_change_with_one_fault_changes_nothing_and_lists_the_fault
    every_fault_of_every_block_is_listed_at_once
    a_rule_over_several_fields_judges_the_row_as_it_would_be
    a_change_by_path_takes_what_a_column_would_hold
    a_part_of_a_json_field_is_set_by_its_path
    a_dry_run_shows_what_would_change_and_writes_nothing
    what_is_so_already_is_told_and_moves_no_epoch
    a_field_is_reset_to_its_default
    a_part_that_readers_do_not_know_is_told_with_the_nearest
    a_row_that_is_named_and_does_not_change_is_held_to_what_it_is
    a_row_that_readers_would_find_too_large_is_not_written
    a_value_out_of_range_of_a_field_that_clamps_is_told
    a_row_that_readers_turn_away_can_be_mended
    what_is_wrong_with_a_change_is_told_before_the_store_is_asked
    a_rule_that_panics_is_a_fault_and_nothing_else
}

async fn arrives(config: &Config, epoch: u64) {
    config.wait_for(epoch, SOON).await.unwrap();
}

async fn a_change_over_three_blocks_is_one_epoch_with_author_and_reason(stage: Stage) {
    let (config, operator) = (stage.start().await, stage.operator());
    let change = operator
        .change()
        .set::<TradingConfig>(|trading| trading.score_threshold = "0.80".parse().unwrap())
        .set::<RiskConfig>(|risk| risk.max_attempts = 7)
        .set_path("pace.per_second", "20")
        .reason("a calm day");
    let applied = change.apply().await.unwrap();
    let places: Vec<_> = applied.rows.iter().map(|row| (&*row.place, row.version)).collect();
    assert_eq!(places, [("trading", 1), ("risk", 1), ("pace", 1)]);
    arrives(&config, applied.epoch).await;
    let view = config.snapshot();
    assert_eq!(view.get::<TradingConfig>().score_threshold.to_string(), "0.80");
    assert_eq!(view.get::<RiskConfig>().max_attempts, 7);
    assert_eq!(view.get::<PaceConfig>().per_second, 20);
    assert_eq!(view.epoch(), applied.epoch);
    let guard = config.get::<PaceConfig>();
    assert_eq!(guard.meta().author.as_deref(), Some("anna"));
    assert_eq!(guard.meta().reason.as_deref(), Some("a calm day"));
}

async fn a_change_with_one_fault_changes_nothing_and_lists_the_fault(stage: Stage) {
    let (config, operator) = (stage.start().await, stage.operator());
    let change = operator
        .change()
        .set_path("trading.score_threshold", "0.8")
        .set_path("risk.max_drawdown_pct", "99")
        .set_path("pace.per_second", "20");
    let Err(ChangeError::Rejected(faults)) = change.apply().await else {
        panic!("a fault was let through");
    };
    assert_eq!(faults.len(), 1);
    let fault = faults.iter().next().unwrap().to_string();
    assert_eq!(fault, "risk.max_drawdown_pct = 99: must be within 1..=50 (range 1..=50)");
    config.refresh_all().await.unwrap();
    assert_eq!(config.status().epoch, 0);
    for row in operator.rows().await.unwrap() {
        assert_eq!(row.version, 0, "{}", row.place);
    }
}

async fn every_fault_of_every_block_is_listed_at_once(stage: Stage) {
    let change = stage
        .operator()
        .change()
        .set_path("trading.score_threshold", "7")
        .set_path("trading.max_positions", "many")
        .set_path("bytes[guild-1].cooldown_hours", "0")
        .set_path("risk.max_attempts", "-1");
    let plan = change.plan().await.unwrap();
    let faults: Vec<_> = plan.faults().iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("bytes[guild-1].cooldown_hours")));
    let refused = plan.apply().await.unwrap_err().to_string();
    let begins = "nothing was changed, because readers would turn it away:\n  - ";
    assert!(refused.starts_with(begins) && refused.contains("max_positions"), "{refused}");
}

async fn a_rule_over_several_fields_judges_the_row_as_it_would_be(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("trading.max_position", "0.5").apply().await.unwrap();
    let alone = operator.change().set_path("trading.min_position", "0.6").plan().await.unwrap();
    assert!(alone.faults().to_string().contains("must not be above max_position"));
    let both = operator
        .change()
        .set_path("trading.min_position", "0.6")
        .set_path("trading.max_position", "0.7");
    both.apply().await.unwrap();
}

async fn a_change_by_path_takes_what_a_column_would_hold(stage: Stage) {
    let (config, operator) = (stage.start().await, stage.operator());
    let change = operator
        .change()
        .set_path("trading.enabled", "no")
        .set_path("trading.multiplier", "2.25")
        .set_path("trading.strategy", "it's \"quoted\" \\ ünï 💡\nand more")
        .set_path("trading.max_positions", "7.0")
        .set_path("trading.tiers", r#"[{"threshold_pct": "1.50", "reduction_pct": "2"}]"#)
        .set_path("bytes[a'b,c].daily_amount", "12")
        .set_path("strategy[ETH/USDT,\"a,b\"].risk_pct", "0.25");
    let applied = change.apply().await.unwrap();
    arrives(&config, applied.epoch).await;
    let trading = config.get::<TradingConfig>();
    assert!(!trading.enabled);
    assert_eq!(trading.multiplier.to_string(), "2.25");
    assert_eq!(trading.strategy.as_deref(), Some("it's \"quoted\" \\ ünï 💡\nand more"));
    assert_eq!(trading.max_positions, 7);
    assert_eq!(trading.tiers[0].threshold_pct.to_string(), "1.50");
    assert_eq!(config.keyed::<BytesConfig>().get("a'b,c").await.daily_amount, 12);
    let strategies = config.keyed::<StrategyConfig>();
    assert_eq!(strategies.load(("ETH/USDT", "a,b")).risk_pct.to_string(), "0.25");
}

async fn a_part_of_a_json_field_is_set_by_its_path(stage: Stage) {
    let operator = stage.operator();
    let path = "trading.tiers.1.reduction_pct";
    operator.change().set_path(path, "30").apply().await.unwrap();
    assert_eq!(operator.value(path).await.unwrap().to_string(), "30");
    assert_eq!(operator.value("trading.tiers.0.reduction_pct").await.unwrap().to_string(), "0");
    operator.change().unset("trading.tiers.0").apply().await.unwrap();
    assert_eq!(operator.value("trading.tiers.0.reduction_pct").await.unwrap().to_string(), "30");
    let plan = operator.change().set_path("trading.tiers.9.reduction_pct", "1").plan().await;
    let faults = plan.unwrap().faults().to_string();
    assert!(faults.contains("trading.tiers.9.reduction_pct: there is no item `9`"), "{faults}");
}

async fn a_dry_run_shows_what_would_change_and_writes_nothing(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    let change = operator
        .change()
        .set_path("trading.score_threshold", "0.9")
        .set_path("pace.per_second", "20")
        .unset("trading.max_positions");
    let plan = change.plan().await.unwrap();
    assert!(plan.is_change());
    assert_eq!(
        plan.to_string(),
        "trading (its first row)\n  score_threshold: 0.70 (default) → 0.9\n  so already: \
         max_positions\npace (version 1)\n  so already: per_second"
    );
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["rows"][0]["fields"][0]["to"]["value"], "0.9");
    drop(plan);
    assert_eq!(operator.value("trading.score_threshold").await.unwrap().to_string(), "0.70");
}

async fn what_is_so_already_is_told_and_moves_no_epoch(stage: Stage) {
    let operator = stage.operator();
    let change = || operator.change().set_path("trading.score_threshold", "0.8");
    let first = change().apply().await.unwrap();
    let again = change().apply().await.unwrap();
    assert!(first.is_change() && !again.is_change());
    assert_eq!((again.epoch, again.rows[0].version), (first.epoch, first.rows[0].version));
    // To say what the default says is a change of the row all the same.
    let pinned = operator.change().set_path("trading.max_positions", "5").apply().await.unwrap();
    assert_eq!(pinned.rows[0].fields[0].to_string(), "max_positions: 5 (default) → 5");
}

async fn a_field_is_reset_to_its_default(stage: Stage) {
    let operator = stage.operator();
    let set = operator.change().set_path("risk.max_attempts", "9");
    set.set_path("risk.max_drawdown_pct", "30").apply().await.unwrap();
    let reset = operator.change().unset("risk.max_attempts").apply().await.unwrap();
    assert_eq!(reset.rows[0].fields[0].to_string(), "max_attempts: 9 → 3 (default)");
    let whole = operator.change().unset("risk").apply().await.unwrap();
    assert_eq!(whole.rows[0].fields.len(), 1);
    assert_eq!(operator.value("risk.max_drawdown_pct").await.unwrap().to_string(), "20");
}

async fn a_part_that_readers_do_not_know_is_told_with_the_nearest(stage: Stage) {
    let operator = stage.operator();
    let typo = operator.change().set_path("trading.tiers.0.treshold_pct", "5");
    let faults = typo.plan().await.unwrap().faults().to_string();
    let said = "readers know no part `treshold_pct` here (did you mean `threshold_pct`?)";
    assert!(faults.contains(said), "{faults}");
    let secret = operator.change().set_path("trading.token.part", "x").plan().await.unwrap();
    let told = secret.faults().to_string();
    assert_eq!(told, "trading.token.part: cannot be set so (edit)");
}

async fn a_row_that_is_named_and_does_not_change_is_held_to_what_it_is(stage: Stage) {
    let (operator, bob) = (stage.operator(), stage.operator().author("bob"));
    let change = operator
        .change()
        .set_path("pace.per_second", "10")
        .set_path("risk.max_attempts", "4")
        .expect_version("pace", 0);
    operator.change().set_path("pace.per_second", "10").apply().await.unwrap();
    let plan = change.plan().await;
    assert!(matches!(plan, Err(ChangeError::Conflict(_))), "{plan:?}");
    let change = operator
        .change()
        .set_path("pace.per_second", "10")
        .set_path("risk.max_attempts", "4")
        .expect_version("pace", 1);
    let plan = change.plan().await.unwrap();
    bob.change().set_path("pace.per_second", "11").apply().await.unwrap();
    let applied = plan.apply().await;
    assert!(matches!(applied, Err(ChangeError::Conflict(_))), "{applied:?}");
}

async fn a_row_that_readers_would_find_too_large_is_not_written(stage: Stage) {
    let operator = stage.builder().max_record_bytes(100).operator().unwrap();
    let long = operator.change().set_path("trading.strategy", "x".repeat(200));
    let faults = long.plan().await.unwrap().faults().to_string();
    assert!(faults.contains("max_record_bytes 100"), "{faults}");
    stage.operator().change().set_path("trading.strategy", "x".repeat(200)).apply().await.unwrap();
    let found = operator.check().await.unwrap();
    assert!(found.iter().any(|one| one.to_string().contains("and is not read")), "{found:?}");
}

async fn a_value_out_of_range_of_a_field_that_clamps_is_told(stage: Stage) {
    let operator = stage.operator();
    let plan = operator.change().set_path("bytes[g].daily_amount", "99999").plan().await.unwrap();
    assert_eq!(plan.rows()[0].clamped, ["daily_amount from 99999 to 1000"]);
    plan.apply().await.unwrap();
    assert_eq!(operator.value("bytes[g].daily_amount").await.unwrap().as_i64(), Some(1000));
}

async fn a_row_that_readers_turn_away_can_be_mended(stage: Stage) {
    let operator = stage.operator();
    // No table knows a rule over several fields.
    stage.edit("trading", "min_position", "3");
    let plan = operator.change().set_path("trading.max_positions", "6").plan().await.unwrap();
    assert!(plan.faults().to_string().contains("min_position"), "the row is judged as a whole");
    operator
        .change()
        .set::<TradingConfig>(|trading| trading.min_position = "0.5".parse().unwrap())
        .apply()
        .await
        .unwrap();
    assert!(operator.row_at("trading").await.unwrap().faults.is_empty());
}

async fn what_is_wrong_with_a_change_is_told_before_the_store_is_asked(stage: Stage) {
    let operator = stage.operator();
    let change = operator
        .change()
        .set_path("tradin.score_threshold", "1")
        .set_path("trading.score_treshold", "1")
        .set_path("trading", "1")
        .set_path("pace[x].per_second", "1")
        .set_path("strategy[x].risk_pct", "1");
    let Err(ChangeError::Mistakes(mistakes)) = change.plan().await else {
        panic!("mistakes were let through");
    };
    let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told[0].contains("did you mean `trading`?"), "{told:?}");
    assert!(told[1].contains("did you mean `score_threshold`?"), "{told:?}");
    let nothing = operator.change().apply().await.unwrap_err().to_string();
    let said = "it changes nothing: set or unset at least one field";
    assert!(nothing.contains(said), "{nothing}");
    let stranger = operator.change().set::<Stranger>(|stranger| stranger.size = 2);
    let told = stranger.apply().await.unwrap_err().to_string();
    assert!(told.contains("`Stranger` is not registered: add it to the builder"), "{told}");
}

#[derive(config_sdk::ConfigBlock)]
struct Stranger {
    #[config(default = 1)]
    size: u8,
}

async fn a_rule_that_panics_is_a_fault_and_nothing_else(stage: Stage) {
    let change = stage.operator().change().set::<PaceConfig>(|_| panic!("a slip"));
    let Err(ChangeError::Rejected(faults)) = change.apply().await else {
        panic!("a panic was let through");
    };
    assert!(faults.to_string().contains("panicked: a slip"), "{faults}");
}

//! Changes of rows that have a key: what they inherit, and tables that were there before.

use crate::blocks::{BytesConfig, StrategyConfig};
use crate::on_every_store;
use crate::stage::{SOON, Stage};

on_every_store! {
    a_key_sets_what_differs_and_goes_on_inheriting
    keys_are_judged_by_the_shared_row_that_changes_with_them
    a_shared_row_does_not_spoil_the_keys_that_inherit_from_it
    a_field_that_cannot_be_none_here_is_told_and_not_dropped
    a_key_is_what_its_column_is
    an_adopted_row_is_changed_like_any_other
}

async fn a_key_sets_what_differs_and_goes_on_inheriting(stage: Stage) {
    let (config, operator) = (stage.start().await, stage.operator());
    operator.change().set_path("bytes.cooldown_hours", "12").apply().await.unwrap();
    let change = operator
        .change()
        .set_key::<BytesConfig>("guild-1", |bytes| bytes.daily_amount = 50)
        .set_key::<StrategyConfig>(("ETH/USDT", "momentum"), |s| s.risk_pct = 2.into());
    change.apply().await.unwrap();
    let applied = operator.change().set_path("bytes.cooldown_hours", "48").apply().await.unwrap();
    config.wait_for(applied.epoch, SOON).await.unwrap();
    let bytes = config.keyed::<BytesConfig>().get_fresh("guild-1").await.unwrap();
    assert_eq!((bytes.daily_amount, bytes.cooldown_hours), (50, 48));
    let strategies = config.keyed::<StrategyConfig>();
    assert_eq!(strategies.load(("ETH/USDT", "momentum")).risk_pct, 2.into());
    assert_eq!(strategies.load(("ETH/USDT", "other")).risk_pct, 1.into());
}

async fn keys_are_judged_by_the_shared_row_that_changes_with_them(stage: Stage) {
    let operator = stage.operator();
    let plan = operator
        .change()
        .set_path("bytes[guild-1].daily_amount", "50")
        .set_path("bytes.cooldown_hours", "36")
        .plan()
        .await
        .unwrap();
    let places: Vec<_> = plan.rows().iter().map(|row| row.place.clone()).collect();
    assert_eq!(places, ["bytes", "bytes[guild-1]"]);
    plan.apply().await.unwrap();
    let row = operator.row_at("bytes[guild-1]").await.unwrap();
    assert_eq!(row.fields[1].value.to_string(), "36");
}

async fn a_shared_row_does_not_spoil_the_keys_that_inherit_from_it(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("bytes[g].burst", "20").apply().await.unwrap();
    // By itself it is fine; with the row of `g` over it, it is not.
    let plan = operator.change().set_path("bytes.most", "15").plan().await.unwrap();
    assert!(plan.faults().to_string().contains("bytes[g].burst"), "{}", plan.faults());
    let both = operator.change().set_path("bytes.most", "15").set_path("bytes[g].burst", "14");
    both.apply().await.unwrap();
}

async fn a_field_that_cannot_be_none_here_is_told_and_not_dropped(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("bytes.limit", "5").apply().await.unwrap();
    let none = operator.change().set_key::<BytesConfig>("g", |bytes| bytes.limit = None);
    let faults = none.plan().await.unwrap().faults().to_string();
    let said = "bytes[g].limit: cannot be that: a row without a value has the default";
    assert!(faults.contains(said), "{faults}");
}

async fn a_key_is_what_its_column_is(stage: Stage) {
    let operator = stage.operator();
    let error = operator.change().set_path("legacy[abc].size", "2").plan().await.unwrap_err();
    let said = "`owner` of the key is a whole number, and `abc` is none";
    assert!(error.to_string().contains(said), "{error}");
    operator.change().set_path("legacy[007].size", "2").apply().await.unwrap();
    assert_eq!(operator.value("legacy[7].size").await.unwrap().as_i64(), Some(2));
    let none = operator.rollback("legacy[7]", 0).await.unwrap().apply().await.unwrap();
    assert_eq!(none.rows[0].fields[0].to_string(), "size: 2 → 1 (default)");
}

async fn an_adopted_row_is_changed_like_any_other(stage: Stage) {
    let (config, operator) = (stage.start().await, stage.operator());
    let first = operator.change().set_path("legacy[7].size", "2").plan().await.unwrap();
    let adopted = !matches!(stage, Stage::Memory(_));
    assert!(first.to_string().starts_with("legacy[7] (its first row)"), "{first}");
    let applied = first.apply().await.unwrap();
    config.wait_for(applied.epoch, SOON).await.unwrap();
    let legacy = config.keyed::<crate::blocks::LegacyConfig>();
    assert_eq!(legacy.get_fresh(7u64).await.unwrap().size, 2);
    let second = operator.change().set_path("legacy[7].size", "3").plan().await.unwrap();
    if adopted {
        assert!(second.to_string().starts_with("legacy[7]\n  size: 2 → 3"), "{second}");
        let numbered = operator.change().set_path("legacy[7].size", "3");
        let error = numbered.expect_version("legacy[7]", 0).plan().await.unwrap_err().to_string();
        let said = "`legacy[7]` is adopted and counts no versions: leave out which one is expected";
        assert!(error.contains(said), "{error}");
    }
    operator.change().set_path("legacy[7].size", "4").author("bob").apply().await.unwrap();
    let conflict = second.apply().await.unwrap_err().to_string();
    assert!(conflict.contains("legacy[7] is not what it was\n    size: 2 → 4"), "{conflict}");
    let history = operator.history("legacy[7]", 10).await.unwrap();
    let told: Vec<_> = history.versions.iter().map(|v| v.fields[0].to_string()).collect();
    assert_eq!(told, ["size: 2 → 4", "size: 1 (default) → 2"]);
    let back = operator.rollback("legacy[7]", history.versions[1].version).await.unwrap();
    back.apply().await.unwrap();
    assert_eq!(operator.value("legacy[7].size").await.unwrap().as_i64(), Some(2));
}

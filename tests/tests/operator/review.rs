//! Drift of values: what today's code would turn away, and what only repeats a default.

use crate::on_every_store;
use crate::stage::Stage;

on_every_store! {
    a_store_as_it_should_be_has_nothing_to_find
    a_row_that_todays_code_turns_away_is_found_among_thousands
    a_field_that_says_what_the_default_says_is_found
    a_row_that_still_says_a_former_default_is_found
    a_retired_name_that_is_still_stored_is_found
}

async fn found(stage: &Stage) -> Vec<String> {
    let found = stage.operator().check().await.unwrap();
    found.iter().map(ToString::to_string).collect()
}

async fn a_store_as_it_should_be_has_nothing_to_find(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("trading.score_threshold", "0.8").apply().await.unwrap();
    operator.change().set_path("bytes[g].daily_amount", "7").apply().await.unwrap();
    assert_eq!(found(&stage).await, [""; 0]);
}

async fn a_row_that_todays_code_turns_away_is_found_among_thousands(stage: Stage) {
    let rows: Vec<_> = (0..1500)
        .map(|number| format!(r#"{{"guild_id": "g{number:04}", "daily_amount": 5}}"#))
        .collect();
    let file = format!(r#"{{"bytes": [{}]}}"#, rows.join(","));
    let format = config_sdk::document::Format::Json;
    stage.operator().import(&file, format, false).unwrap().apply().await.unwrap();
    stage.edit("trading", "min_position", "9");
    match &stage {
        Stage::Memory(store) => {
            let key = config_sdk::Key::new(["g1400"]).unwrap();
            let columns = [("cooldown_hours".to_owned(), Some("0".to_owned()))].into();
            store.transaction(|edit| edit.put_key("bytes", &key, columns));
        }
        Stage::Sqlite(_) => stage.sql(
            "drop trigger config_sdk_bytes_update_rules;
             update bytes_config set cooldown_hours = 0 where guild_id = 'g1400'",
        ),
        Stage::Postgres(_) => stage.sql(
            "alter table bytes_config drop constraint bytes_config_cooldown_hours_check;
             update bytes_config set cooldown_hours = 0 where guild_id = 'g1400'",
        ),
    }
    let found = found(&stage).await;
    let has = |said: &str| found.iter().any(|one| one.contains(said));
    assert!(has("trading: min_position = 9 is turned away"), "{found:#?}");
    assert!(has("bytes: cooldown_hours = 0 is turned away"), "{found:#?}");
    assert!(has("(in g1400)"), "{found:#?}");
}

async fn a_field_that_says_what_the_default_says_is_found(stage: Stage) {
    let operator = stage.operator();
    let change = operator
        .change()
        .set_path("risk.max_drawdown_pct", "20.00")
        .set_path("bytes.cooldown_hours", "12")
        .set_path("bytes[g].cooldown_hours", "24")
        .set_path("bytes[h].daily_amount", "10");
    change.apply().await.unwrap();
    let found = found(&stage).await;
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("max_drawdown_pct is set to 20.00, which is its default; unset it"));
    assert!(found[1].contains("daily_amount is set to 10") && found[1].contains("(in h)"));
}

/// The block when its default was another.
mod former {
    use config_sdk::ConfigBlock;

    #[derive(ConfigBlock)]
    #[config(name = "pace")]
    pub(super) struct Pace {
        #[config(default = 7, range = 1..=1000)]
        pub(super) per_second: u32,
    }
}

async fn a_row_that_still_says_a_former_default_is_found(stage: Stage) {
    let former = stage.with(config_sdk::Config::builder().block::<former::Pace>());
    former.operator().unwrap().migrate().await.unwrap();
    stage.operator().migrate().await.unwrap();
    stage.operator().change().set_path("pace.per_second", "7").apply().await.unwrap();
    let found = found(&stage).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("per_second is set to 7, which was its default once"), "{found:?}");
}

async fn a_retired_name_that_is_still_stored_is_found(stage: Stage) {
    match &stage {
        Stage::Memory(_) => stage.edit("risk", "old_limit", "5"),
        _ => stage.sql(
            "alter table risk_config add column old_limit text;
             insert into risk_config (status, old_limit) values ('active', '5')",
        ),
    }
    let found = found(&stage).await;
    let holds = |one: &String| one.contains("retired column `old_limit` holds a value");
    assert!(found.iter().any(holds), "{found:#?}");
}

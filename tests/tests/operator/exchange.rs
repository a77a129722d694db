//! Rows as a file and a file as one change: out and in is the same again.

use config_sdk::document::Format;
use config_sdk::{ChangeError, Operator};

use crate::on_every_store;
use crate::stage::Stage;

on_every_store! {
    what_was_exported_is_the_same_again_when_it_is_imported
    a_file_sets_what_it_names_and_leaves_the_rest
    a_file_is_one_change_that_happens_as_a_whole_or_not_at_all
    everything_wrong_with_a_file_is_told_at_once_with_its_line
    thousands_of_keys_go_out_and_in
}

async fn fill(operator: &Operator) {
    let change = operator
        .change()
        .set_path("trading.score_threshold", "0.123456789012345678")
        .set_path("trading.enabled", "false")
        .set_path("trading.multiplier", "0.7")
        .set_path("trading.strategy", "quotes \" ' and\nlines # and ünï")
        .set_path("trading.tiers", r#"[{"threshold_pct": "1.10", "reduction_pct": "0"}]"#)
        .set_path("risk.max_attempts", "3")
        .set_path("bytes.cooldown_hours", "12")
        .set_path("bytes[guild-1].daily_amount", "7")
        .set_path("bytes[\"a\\\"b],c\"].daily_amount", "8")
        .set_path("strategy[ETH/USDT,momentum].risk_pct", "0.50");
    change.apply().await.unwrap();
}

async fn what_was_exported_is_the_same_again_when_it_is_imported(stage: Stage) {
    let operator = stage.operator();
    fill(&operator).await;
    for format in [Format::Toml, Format::Json] {
        let file = operator.export(&[], format).await.unwrap();
        let same = operator.import(&file, format, true).unwrap().plan().await.unwrap();
        assert!(!same.is_change(), "{format}: {same}\n{file}");
        let change = operator
            .change()
            .unset("trading")
            .set_path("trading.max_positions", "9")
            .set_path("risk.max_attempts", "4")
            .set_path("bytes[guild-1].cooldown_hours", "1")
            .unset("strategy[ETH/USDT,momentum]");
        change.apply().await.unwrap();
        let back = operator.import(&file, format, true).unwrap();
        assert!(back.apply().await.unwrap().is_change());
        assert_eq!(operator.export(&[], format).await.unwrap(), file);
    }
    // On a store that has nothing yet.
    let file = operator.export(&[], Format::Toml).await.unwrap();
    let other = Stage::sqlite().await;
    other.operator().import(&file, Format::Toml, false).unwrap().apply().await.unwrap();
    assert_eq!(other.operator().export(&[], Format::Toml).await.unwrap(), file);
}

async fn a_file_sets_what_it_names_and_leaves_the_rest(stage: Stage) {
    let operator = stage.operator();
    fill(&operator).await;
    let file = "[trading]\nmax_positions = 9\nscore_threshold = 0.50\n";
    let plan = operator.import(file, Format::Toml, false).unwrap().plan().await.unwrap();
    assert_eq!(plan.rows()[0].fields.len(), 2, "{plan}");
    let whole = operator.import(file, Format::Toml, true).unwrap().plan().await.unwrap();
    assert_eq!(whole.rows()[0].fields.len(), 6, "{whole}");
    plan.apply().await.unwrap();
    assert_eq!(operator.value("trading.score_threshold").await.unwrap().to_string(), "0.50");
    assert_eq!(operator.value("trading.multiplier").await.unwrap().to_string(), "0.7");
}

async fn a_file_is_one_change_that_happens_as_a_whole_or_not_at_all(stage: Stage) {
    let operator = stage.operator();
    let file = r#"{"trading": {"max_positions": 9}, "bytes": [{"guild_id": "g", "daily_amount": 5}],
                   "pace": {"per_second": 0}}"#;
    let refused = operator.import(file, Format::Json, false).unwrap().apply().await;
    assert!(matches!(refused, Err(ChangeError::Rejected(faults)) if faults.len() == 1));
    assert_eq!(operator.value("trading.max_positions").await.unwrap().as_i64(), Some(5));
    let file = file.replace("\"per_second\": 0", "\"per_second\": 11");
    let applied = operator.import(&file, Format::Json, false).unwrap().apply().await.unwrap();
    assert_eq!(applied.rows.len(), 3);
    assert_eq!(operator.value("bytes[g].daily_amount").await.unwrap().as_i64(), Some(5));
}

async fn everything_wrong_with_a_file_is_told_at_once_with_its_line(stage: Stage) {
    let file = "[tradin]\nx = 1\n\n[trading]\nscore_treshold = 1\ntoken = \"hush\"\n";
    let error = stage.operator().import(file, Format::Toml, false).unwrap_err().to_string();
    for said in ["line 1", "`trading`?", "line 5", "`score_threshold`?", "line 6", "secret"] {
        assert!(error.contains(said), "{said}: {error}");
    }
    assert!(!error.contains("hush"), "{error}");
}

async fn thousands_of_keys_go_out_and_in(stage: Stage) {
    let operator = stage.operator();
    let rows: Vec<_> = (0..2500)
        .map(|number| {
            format!(r#"{{"guild_id": "g{number:05}", "daily_amount": {}}}"#, 1 + number % 900)
        })
        .collect();
    let file = format!(r#"{{"bytes": [{}]}}"#, rows.join(","));
    let change = operator.import(&file, Format::Json, false).unwrap();
    assert_eq!(change.apply().await.unwrap().rows.len(), 2500);
    let out = operator.export(&["bytes"], Format::Json).await.unwrap();
    let again = operator.import(&out, Format::Json, true).unwrap().plan().await.unwrap();
    assert!(!again.is_change());
    assert_eq!(out.matches("guild_id").count(), 2500);
}

//! What the store says now: values, rows, and where each value comes from.

use config_sdk::LayerKind;

use crate::on_every_store;
use crate::stage::Stage;

on_every_store! {
    a_value_explains_everything_that_has_a_say_in_it
    a_key_explains_what_it_inherits
    a_variable_of_this_process_wins_and_is_told
    a_row_that_is_turned_away_shows_what_it_says_and_why
    rows_say_where_each_field_comes_from
    a_path_that_leads_nowhere_is_told_with_the_nearest
}

async fn a_value_explains_everything_that_has_a_say_in_it(stage: Stage) {
    let operator = stage.operator();
    let change = operator.change().set_path("trading.score_threshold", "0.8").reason("calmer");
    change.apply().await.unwrap();
    operator.change().set_path("trading.score_threshold", "0.9").save().await.unwrap();
    let trace = operator.explain("trading.score_threshold").await.unwrap();
    assert_eq!(trace.value.to_string(), "0.8");
    let kinds: Vec<_> = trace.layers.iter().map(|layer| layer.from).collect();
    assert_eq!(kinds, [LayerKind::Default, LayerKind::Row]);
    let text = trace.to_string();
    for said in [
        "trading.score_threshold = 0.8",
        "Lowest score that opens a position.",
        "row          0.8  (version 1, by anna, ",
        ": calmer)",
        "default      0.70",
        "range 0..=1",
        "trading_config.score_threshold",
        "draft 2 would make it 0.9",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    assert_eq!(serde_json::to_value(&trace).unwrap()["layers"][1]["author"], "anna");
}

async fn a_key_explains_what_it_inherits(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("bytes.cooldown_hours", "12").apply().await.unwrap();
    operator.change().set_path("bytes[g].daily_amount", "7").apply().await.unwrap();
    let trace = operator.explain("bytes[g].cooldown_hours").await.unwrap();
    let said: Vec<_> = trace
        .layers
        .iter()
        .map(|layer| (layer.from, layer.value.as_ref().map(ToString::to_string)))
        .collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        said,
        [(LayerKind::Default, text("24")), (LayerKind::Shared, text("12")), (LayerKind::Row, None)]
    );
    assert_eq!(trace.value.as_i64(), Some(12));
    let of_nobody = operator.explain("bytes[nobody].daily_amount").await.unwrap();
    assert_eq!(of_nobody.value.as_i64(), Some(10));
}

async fn a_variable_of_this_process_wins_and_is_told(stage: Stage) {
    let variables = [("APP__PACE__PER_SECOND", "77")];
    let builder = stage.builder().env_prefix("APP").env_vars(variables);
    let operator = builder.operator().unwrap();
    operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    let trace = operator.explain("pace.per_second").await.unwrap();
    assert_eq!(trace.value.as_i64(), Some(77));
    assert_eq!(trace.layers.last().unwrap().from, LayerKind::Environment);
    let row = operator.row_at("pace").await.unwrap();
    assert_eq!(row.fields[0].from, LayerKind::Environment);
}

async fn a_row_that_is_turned_away_shows_what_it_says_and_why(stage: Stage) {
    let operator = stage.operator();
    stage.edit("trading", "min_position", "9");
    let row = operator.row_at("trading").await.unwrap();
    assert_eq!(row.fields[2].value.to_string(), "9");
    assert!(row.faults.to_string().contains("must not be above max_position"));
    let trace = operator.explain("trading.min_position").await.unwrap().to_string();
    assert!(trace.contains("refused      trading.min_position = 9"), "{trace}");
}

async fn rows_say_where_each_field_comes_from(stage: Stage) {
    let operator = stage.operator();
    operator.change().set_path("pace.per_second", "20").apply().await.unwrap();
    let rows = operator.rows().await.unwrap();
    let places: Vec<_> = rows.iter().map(|row| row.place.as_str()).collect();
    assert_eq!(places, ["trading", "risk", "pace", "bytes", "strategy"]);
    assert_eq!(rows[2].fields[0].from, LayerKind::Row);
    assert_eq!(rows[1].fields[0].from, LayerKind::Default);
    assert_eq!((rows[2].version, rows[2].author.as_deref()), (1, Some("anna")));
}

async fn a_path_that_leads_nowhere_is_told_with_the_nearest(stage: Stage) {
    let operator = stage.operator();
    for (path, said) in [
        ("pac.per_second", "did you mean `pace`?"),
        ("pace.per_secon", "did you mean `per_second`?"),
        ("pace", "name a field as well"),
        ("trading.tiers.7", "has no part `7`"),
    ] {
        let error = operator.value(path).await.unwrap_err().to_string();
        assert!(error.contains(said), "{path}: {error}");
    }
}

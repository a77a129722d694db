//! What a block's schema says, what its defaults are, and which values come out of it.

use std::collections::BTreeMap;
use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, FieldSchema, Kind, OnBoot, OnStale, Secret, Value};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SizingMode {
    RiskBased,
    FixedPercent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct DrawdownTier {
    threshold_pct: Decimal,
    size_reduction_pct: u32,
}

fn default_tiers() -> Vec<DrawdownTier> {
    vec![DrawdownTier { threshold_pct: Decimal::new(55, 1), size_reduction_pct: 25 }]
}

/// Entry and sizing rules.
///
///   Read before every order.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
struct TradingConfig {
    /// Lowest score that opens a position.
    #[config(default = 0.70, range = 0..=1)]
    score_threshold: Decimal,
    #[config(default = 5, range = 1.., clamp, restart)]
    max_concurrent_positions: u32,
    #[config(default = SizingMode::RiskBased, text, one_of = [SizingMode::RiskBased])]
    sizing_mode: SizingMode,
    #[config(default = default_tiers(), json, length = 1..10, column = "tiers")]
    drawdown_reduction_tiers: Vec<DrawdownTier>,
    default_strategy_id: Option<String>,
    #[config(default = "hush", length = 4..)]
    webhook_token: Option<Secret<String>>,
    #[config(default = "a", one_of = ["a", "b"], secret)]
    r#type: String,
}

fn field(name: &str) -> &'static FieldSchema {
    TradingConfig::schema().field(name).unwrap()
}

#[test]
fn a_block_is_named_after_its_struct_and_its_table_after_the_block() {
    let schema = TradingConfig::schema();
    assert_eq!((schema.name, schema.type_name), ("trading", "TradingConfig"));
    assert_eq!(schema.table, "trading_config");
}

#[test]
fn a_doc_comment_is_data_and_loses_only_the_space_after_its_slashes() {
    let block = "Entry and sizing rules.\n\n  Read before every order.";
    assert_eq!(TradingConfig::schema().doc, block);
    assert_eq!(field("score_threshold").doc, "Lowest score that opens a position.");
    assert_eq!(field("sizing_mode").doc, "");
}

#[test]
fn fields_keep_their_order_and_a_raw_name_loses_its_mark() {
    let names = TradingConfig::schema().fields.iter().map(|field| field.name);
    let expected = [
        "score_threshold",
        "max_concurrent_positions",
        "sizing_mode",
        "drawdown_reduction_tiers",
        "default_strategy_id",
        "webhook_token",
        "type",
    ];
    assert!(names.eq(expected));
    assert_eq!(field("type").column, "type");
    assert_eq!(field("drawdown_reduction_tiers").column, "tiers");
}

#[test]
fn kind_and_optionality_follow_the_type_and_how_it_is_stored() {
    let what = |name| (field(name).kind, field(name).optional);
    assert_eq!(what("score_threshold"), (Kind::Decimal, false));
    assert_eq!(what("max_concurrent_positions"), (Kind::Integer, false));
    assert_eq!(what("sizing_mode"), (Kind::Text, false));
    assert_eq!(what("drawdown_reduction_tiers"), (Kind::Json, false));
    assert_eq!(what("default_strategy_id"), (Kind::Text, true));
    assert_eq!(what("webhook_token"), (Kind::Text, true));
}

#[test]
fn bounds_are_what_was_written_and_what_the_type_can_hold() {
    let range = |name| field(name).range.as_ref().unwrap().to_string();
    assert_eq!(range("score_threshold"), "0..=1");
    assert_eq!(range("max_concurrent_positions"), "1..=4294967295");
    let length = |name| field(name).length.unwrap().to_string();
    assert_eq!(length("drawdown_reduction_tiers"), "1..=9");
    assert_eq!(length("webhook_token"), "4..");
    assert_eq!(field("sizing_mode").one_of, [Value::Text("risk_based".into())]);
    assert_eq!(field("type").one_of, ["a", "b"].map(|it| Value::Text(it.into())));
}

#[test]
fn flags_are_set_where_they_are_written_and_a_secret_type_is_one_without() {
    let clamped = |field: &&FieldSchema| field.clamp && field.restart;
    let fields = &TradingConfig::schema().fields;
    let names = |those: Vec<&'static FieldSchema>| those.iter().map(|it| it.name).collect();
    let clamped: Vec<_> = names(fields.iter().filter(clamped).collect());
    let secret: Vec<_> = names(fields.iter().filter(|field| field.secret).collect());
    assert_eq!(clamped, ["max_concurrent_positions"]);
    assert_eq!(secret, ["webhook_token", "type"]);
}

#[test]
fn every_field_starts_as_its_default_and_an_optional_one_as_none() {
    let expected = TradingConfig {
        score_threshold: Decimal::new(70, 2),
        max_concurrent_positions: 5,
        sizing_mode: SizingMode::RiskBased,
        drawdown_reduction_tiers: default_tiers(),
        default_strategy_id: None,
        webhook_token: Some(Secret::new("hush".to_owned())),
        r#type: "a".to_owned(),
    };
    assert_eq!(TradingConfig::default(), expected);
}

#[test]
fn values_come_out_in_the_order_of_the_schema() {
    let block = TradingConfig { sizing_mode: SizingMode::FixedPercent, ..TradingConfig::default() };
    let values = block.encode();
    assert_eq!(values.len(), TradingConfig::schema().fields.len());
    assert_eq!(values[1], Value::Int(5));
    assert_eq!(values[2], Value::Text("fixed_percent".into()));
    let tier = values[3].part("0").unwrap();
    assert_eq!(tier.part("size_reduction_pct"), Some(&Value::Int(25)));
    assert_eq!(values[4], Value::Null);
}

#[derive(Debug, ConfigBlock)]
#[config(name = "edges", table = "risk.limits", ttl = "1m 30s", on_boot = "require")]
#[config(max_stale = "10m", on_stale = "default", retired = "old", retired = "older")]
struct Edges {
    #[config(default = -0.050, range = -1.5e-1..0)]
    negative: Decimal,
    #[config(default = 79228162514264337593543950335)]
    greatest: Decimal,
    #[config(default = 1_000.000_1)]
    grouped: Option<Decimal>,
    #[config(default = 25e2)]
    sealed: Secret<Decimal>,
    #[config(default = 7, range = -1..=10)]
    ratio: f32,
    #[config(default = "250ms", range = "1ms"..="1h")]
    pause: Duration,
    #[config(default = u64::MAX)]
    count: u64,
    #[config(default = Some(3), one_of = [1, 3])]
    choice: Option<i8>,
    #[config(default = true)]
    enabled: Option<bool>,
    #[config(default = BTreeMap::from([("a".to_owned(), 1)]), json)]
    roles: BTreeMap<String, i64>,
}

#[test]
fn a_decimal_is_exactly_what_is_written_with_all_its_digits() {
    let edges = Edges::default();
    assert_eq!(edges.negative.to_string(), "-0.050");
    assert_eq!(edges.greatest, Decimal::MAX);
    assert_eq!(edges.grouped.unwrap().to_string(), "1000.0001");
    assert_eq!(edges.sealed.expose().to_string(), "2500");
    let range = Edges::schema().field("negative").unwrap().range.as_ref();
    assert_eq!(range.unwrap().to_string(), "-0.15..0");
}

#[test]
fn a_literal_takes_the_type_of_its_field() {
    let edges = Edges::default();
    assert_eq!((edges.ratio, edges.count), (7.0, u64::MAX));
    assert_eq!(edges.pause, Duration::from_millis(250));
    assert_eq!((edges.choice, edges.enabled), (Some(3), Some(true)));
    assert_eq!(edges.roles["a"], 1);
    let range = |name| Edges::schema().field(name).unwrap().range.as_ref();
    assert_eq!(range("ratio").unwrap().min, Some(Value::Float(-1.0)));
    let hour = Value::Duration(Duration::from_secs(3600));
    assert_eq!(range("pause").unwrap().max, Some(hour));
}

#[test]
fn what_is_said_of_the_block_is_in_its_schema() {
    let schema = Edges::schema();
    assert_eq!((schema.name, schema.table.as_str()), ("edges", "risk.limits"));
    assert_eq!(schema.ttl, Some(Duration::from_secs(90)));
    assert_eq!(schema.max_stale, Some(Duration::from_secs(600)));
    assert_eq!((schema.on_boot, schema.on_stale), (OnBoot::Require, OnStale::Default));
    assert_eq!(schema.retired, ["old", "older"]);
}

#[derive(ConfigBlock)]
struct HTTPServerConfig {}

#[test]
fn a_block_may_have_no_fields_and_what_is_not_said_is_harmless() {
    let schema = HTTPServerConfig::schema();
    assert_eq!((schema.name, schema.fields.len()), ("http_server", 0));
    assert_eq!((schema.ttl, schema.max_stale), (None, None));
    assert_eq!((schema.on_boot, schema.on_stale), (OnBoot::Default, OnStale::Serve));
    assert!(HTTPServerConfig::default().encode().is_empty());
}

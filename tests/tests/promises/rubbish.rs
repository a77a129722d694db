//! Rubbish of every kind in every column: readers always have a valid value, and nothing panics.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use config_sdk::{BlockState, Config, ConfigBlock, Decimal, MemoryStore, Outcome, Secret};
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde::{Deserialize, Serialize};

use crate::blocks::{RiskConfig, SizingMode, Tier};
use crate::stage;

/// A field of every kind, most of them with a rule.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
struct EveryConfig {
    #[config(default = true)]
    flag: bool,
    #[config(default = 5, range = 1..=9)]
    small: u8,
    #[config(default = 5, range = -9..=9, clamp)]
    clamped: i64,
    #[config(default = 5)]
    large: u64,
    #[config(default = 5)]
    huge: i128,
    #[config(default = 5)]
    vast: u128,
    #[config(default = 0.5, range = 0..1)]
    exact: Decimal,
    #[config(default = 0.5, range = 0..=1)]
    rough: f64,
    #[config(default = "name", length = 1..=10)]
    name: String,
    #[config(default = 2, one_of = [2, 4, 8])]
    power: u32,
    #[config(default = "30s", range = "1s"..="1h")]
    pause: Duration,
    #[config(default = SizingMode::RiskBased, text)]
    mode: SizingMode,
    #[config(default = Vec::new(), json, length = ..=3)]
    tiers: Vec<Tier>,
    #[config(default = Tree::default(), json)]
    tree: Tree,
    maybe: Option<i32>,
    #[config(secret, length = ..=8)]
    token: Option<Secret<String>>,
}

/// Allows any depth that JSON does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tree(Vec<Tree>);

const COLUMNS: [&str; 16] = [
    "flag", "small", "clamped", "large", "huge", "vast", "exact", "rough", "name", "power",
    "pause", "mode", "tiers", "tree", "maybe", "token",
];

impl EveryConfig {
    fn is_valid(&self) -> bool {
        (1..=9).contains(&self.small)
            && (-9..=9).contains(&self.clamped)
            && self.exact >= Decimal::ZERO
            && self.exact < Decimal::ONE
            && (0.0..=1.0).contains(&self.rough)
            && (1..=10).contains(&self.name.chars().count())
            && [2, 4, 8].contains(&self.power)
            && (Duration::from_secs(1)..=Duration::from_secs(3600)).contains(&self.pause)
            && self.tiers.len() <= 3
            && self.token.as_ref().is_none_or(|token| token.expose().chars().count() <= 8)
    }
}

fn text() -> impl Strategy<Value = String> {
    let nasty = select(vec![
        "",
        " ",
        "\0",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "inf",
        "1e32",
        "1e36",
        "1e39",
        "-1e39",
        "1e-29",
        "1e400",
        "-0",
        "+5",
        "0x10",
        "1_000",
        "1,5",
        "٣",
        "5.",
        ".5",
        "5.0",
        "5.000000000000",
        "79228162514264337593543950336",
        "340282366920938463463374607431768211456",
        "true",
        "t",
        "f",
        "null",
        "[]",
        "{}",
        "[[]]",
        "[[[],[]]]",
        "[1,2",
        r#""text""#,
        r#"{"a":1,"a":2}"#,
        "[null]",
        r#"[{"threshold_pct":"NaN","size_reduction_pct":1e400}]"#,
        "risk_based",
        "RiskBased",
        "2h",
        "1s",
        "99999999999999999999s",
        "-1s",
        "1 year",
        "2",
        "4",
        "8",
        "\u{202e}evil",
        "'; drop table",
    ]);
    prop_oneof![
        4 => nasty.prop_map(str::to_owned),
        2 => "[-+]?[0-9]{0,60}([.][0-9]{0,60})?([eE][-+]?[0-9]{1,12})?",
        2 => "[0-9]{1,2}",
        1 => any::<String>(),
        1 => (select(vec!["[", "{\"a\":", "9", "é", "1s "]), 1..60_000_usize)
            .prop_map(|(piece, times)| piece.repeat(times)),
    ]
}

fn row() -> impl Strategy<Value = BTreeMap<String, Option<String>>> {
    let column = prop_oneof![
        9 => select(COLUMNS.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    btree_map(column, option::weighted(0.9, text()), 0..6)
}

/// Everything that anybody can ask for, so that nothing of it panics.
fn ask_for_everything(config: &Config) {
    let _ = format!("{config:?} {:?} {}", config.status(), config.status());
    serde_json::to_string(&config.status()).unwrap();
    serde_json::to_string(&config.block("every").unwrap()).unwrap();
    for column in COLUMNS {
        let path = format!("every.{column}");
        let explained = config.explain(&path).unwrap();
        let _ = (explained.to_string(), serde_json::to_string(&explained).unwrap());
        let _ = (config.value_as::<String>(&path), config.value_as::<i64>(&path));
    }
}

#[test]
fn rubbish_in_any_column_never_reaches_a_reader_nor_panics_nor_stops_the_refreshing() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.unwrap();
    let store = MemoryStore::new();
    let builder = Config::builder().block::<EveryConfig>().block::<RiskConfig>();
    let config = runtime.block_on(builder.store(store.clone()).start()).unwrap();
    let (accepted, rejected, percent) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let mut runner =
        TestRunner::new(Runs { cases: 500, failure_persistence: None, ..Runs::default() });
    let run = runner.run(&row(), |row| {
        let before = config.get::<EveryConfig>().into_arc();
        percent.set((percent.get() + 1) % 100);
        store.transaction(|edit| {
            edit.put("every", row.clone());
            edit.set("risk", "max_drawdown_pct", &percent.get().to_string());
        });
        let report = runtime.block_on(config.refresh_all()).unwrap();
        let now = config.get::<EveryConfig>();
        prop_assert!(now.is_valid(), "a reader sees {:?}", *now);
        prop_assert_eq!(config.get::<RiskConfig>().max_drawdown_pct, Decimal::from(percent.get()));
        match report.outcome("every") {
            Some(Outcome::Rejected { faults }) => {
                rejected.set(rejected.get() + 1);
                prop_assert_eq!(&*now, &*before, "a rejected row changed the value");
                for fault in faults {
                    prop_assert!(fault.rule != "panic", "{}", fault);
                    prop_assert!(fault.to_string().len() < 2000, "{}", fault);
                }
            }
            Some(Outcome::Changed { .. } | Outcome::Unchanged) => accepted.set(accepted.get() + 1),
            other => prop_assert!(false, "{:?}", other),
        }
        ask_for_everything(&config);
        Ok(())
    });
    run.unwrap();
    let (accepted, rejected) = (accepted.get(), rejected.get());
    println!("{accepted} rows accepted, {rejected} rejected");
    assert!(accepted > 20 && rejected > 20, "the rubbish is too good or too bad to tell");
    store.remove("every");
    runtime.block_on(config.refresh_all()).unwrap();
    assert_eq!(*config.get::<EveryConfig>(), EveryConfig::default());
    assert_eq!(stage::state(&config, "every"), BlockState::Fresh);
}

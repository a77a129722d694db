//! Traps of names and defaults that change: in the code, in the table, in the environment.

use config_sdk::{Config, ConfigBlock, Faults, MemoryStore, Outcome};
use config_tests::postgres::Server;
use validator::{Validate, ValidationError, ValidationErrors};

use crate::log::Log;
use crate::stage::{Trading, builder, on, on_postgres};

/// A typo in a key ran the default in production (dcms #35); unknown keys accepted in silence are
/// the most repeated complaint about configuration crates (superbank #45, apollo-mcp-server #631,
/// rpc-perf #192, clash-rs #1439).
#[tokio::test]
async fn a_misspelt_variable_is_told_with_the_nearest_name() {
    let log = Log::keep();
    let builder = builder().store(MemoryStore::new()).env_prefix("APP");
    let variables = [("APP__TRADING__SCORE_TRESHOLD", "0.9"), ("APPETITE", "1")];
    let config = builder.env_vars(variables).start().await.unwrap();
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.70");
    let log = log.text();
    assert!(log.contains("WARN") && log.contains("APP__TRADING__SCORE_TRESHOLD"), "{log}");
    assert!(log.contains("did you mean `APP__TRADING__SCORE_THRESHOLD`?"), "{log}");
    assert!(!log.contains("APPETITE"), "{log}");
}

/// The same in a path.
#[tokio::test]
async fn a_misspelt_path_is_answered_with_the_nearest_name() {
    let config = on(&MemoryStore::new()).await;
    for (path, meant) in
        [("tradng.score_threshold", "`trading`"), ("trading.score_treshold", "`score_threshold`")]
    {
        let error = config.value(path).unwrap_err().to_string();
        assert!(error.contains("did you mean") && error.contains(meant), "{error}");
    }
}

/// The same in a table.
#[tokio::test]
async fn a_misspelt_column_is_found_by_check() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    assert_eq!(config.check().await.unwrap(), []);
    database.psql("alter table trading_config add column score_treshold numeric");
    let found = config.check().await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].column.as_deref(), Some("score_treshold"));
    assert!(found[0].to_string().contains("score_threshold"), "{}", found[0]);
}

/// Refusing unknown keys turned a removed field into a boot loop (yourphr #473).
#[tokio::test]
async fn a_column_or_variable_of_a_removed_field_stops_nothing() {
    let store = MemoryStore::new();
    store.set("trading", [("removed", "x"), ("score_threshold", "0.8")]);
    let builder = builder().store(store).env_prefix("APP");
    let builder = builder.env_vars([("APP__TRADING__REMOVED", "x"), ("APP__GONE__FIELD", "x")]);
    let config = builder.start().await.unwrap();
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.8");
}

/// A row pins an old default after the default changed in the code. A row that says nothing of a
/// field pins nothing.
#[tokio::test]
async fn a_row_pins_only_what_it_says() {
    #[derive(Debug, ConfigBlock)]
    #[config(name = "trading")]
    struct NextRelease {
        #[config(default = 0.75)]
        score_threshold: config_sdk::Decimal,
        #[config(default = 9)]
        max_positions: u32,
    }
    let store = MemoryStore::new();
    store.set("trading", [("max_positions", "5")]);
    let next = Config::builder().block::<NextRelease>().store(store);
    let next = next.start().await.unwrap();
    let trading = next.get::<NextRelease>();
    assert_eq!((trading.score_threshold.to_string().as_str(), trading.max_positions), ("0.75", 5));
}

/// A peer's published hook for validation was never called by its own code.
#[tokio::test]
async fn every_rule_that_can_be_written_is_run() {
    #[derive(Debug, ConfigBlock)]
    #[config(check = Self::in_order, validate)]
    struct Window {
        #[config(default = 1, range = 0..=50)]
        low: u32,
        #[config(default = 9)]
        high: u32,
        #[config(default = "x", length = 1..=3)]
        name: String,
        #[config(default = "a", one_of = ["a", "b"])]
        side: String,
    }
    impl Window {
        fn in_order(&self) -> Result<(), Faults> {
            let mut faults = Faults::new();
            faults.ensure(self.low <= self.high, "low", "must not be above high");
            faults.into_result()
        }
    }
    impl Validate for Window {
        fn validate(&self) -> Result<(), ValidationErrors> {
            let mut errors = ValidationErrors::new();
            if self.high > 60 {
                errors.add("high", ValidationError::new("range"));
            }
            if errors.is_empty() { Ok(()) } else { Err(errors) }
        }
    }
    let store = MemoryStore::new();
    let config = Config::builder().block::<Window>().store(store.clone());
    let config = config.start().await.unwrap();
    for (columns, rule) in [
        ([("low", "51"), ("high", "60")], "range 0..=50"),
        ([("low", "1"), ("high", "61")], "validate"),
        ([("low", "9"), ("high", "8")], "must not be above high"),
        ([("low", "1"), ("name", "long")], "length 1..=3"),
        ([("low", "1"), ("side", "c")], "one_of [a, b]"),
    ] {
        store.set("window", columns);
        let report = config.refresh_all().await.unwrap();
        let Some(Outcome::Rejected { faults }) = report.outcome("window") else {
            panic!("{columns:?} passed");
        };
        assert_eq!(faults.len(), 1, "{faults}");
        assert!(faults.to_string().contains(rule), "{rule}: {faults}");
    }
    let window = config.get::<Window>();
    assert_eq!((window.low, window.high), (1, 9));
    assert_eq!((window.name.as_str(), window.side.as_str()), ("x", "a"));
}

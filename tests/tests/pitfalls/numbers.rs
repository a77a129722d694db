//! Traps of numbers: digits that are lost, and numbers that are none.

use config_sdk::{BlockState, Config, ConfigBlock, Decimal, MemoryStore, Outcome};
use config_tests::postgres::Server;
use serde::{Deserialize, Serialize};

use crate::stage::{Trading, on_postgres, rejected, sees, set, state};

/// What a `NUMERIC` can hold and a decimal cannot.
const NOT_DECIMALS: [&str; 8] = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e32",
    "1e36",
    "1e39",
    "1e-29",
    "0.12345678901234567890123456789",
];

/// NaN became 0 (rust-decimal #655), an overflow panicked 244 times a day (tidx #139), 1e-29 became
/// 0 without a word.
#[tokio::test]
async fn a_numeric_that_no_decimal_can_hold_is_a_fault_and_never_zero() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    set(&database, "0.5");
    sees(&config, "0.5").await;
    for text in NOT_DECIMALS {
        let update = format!("update trading_config set score_threshold = '{text}'");
        let refused = database.try_psql(&update).unwrap_err();
        assert!(refused.contains("score_threshold_check"), "{text}: {refused}");
    }
    // A table without our checks, as a team may have made it.
    database
        .psql("alter table trading_config drop constraint trading_config_score_threshold_check");
    for text in NOT_DECIMALS {
        let mut events = config.events();
        set(&database, text);
        rejected(&mut events).await;
        let BlockState::Rejected { faults } = state(&config) else {
            panic!("{text}");
        };
        assert_eq!(faults.iter().next().unwrap().rule, "type", "{text}: {faults}");
        assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.5");
    }
}

/// Precision lost through JSON floats.
#[tokio::test]
async fn a_number_in_json_keeps_its_digits_or_is_a_fault() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Tier {
        at: Decimal,
    }
    #[derive(Debug, ConfigBlock)]
    struct Tiers {
        #[config(default = Vec::new(), json)]
        tiers: Vec<Tier>,
    }
    let store = MemoryStore::new();
    let config = Config::builder().block::<Tiers>().store(store.clone());
    let config = config.start().await.unwrap();
    for (text, exact) in [
        ("0.1", Some("0.1")),
        ("0.70", Some("0.7")),
        ("\"0.70\"", Some("0.70")),
        ("0.30000000000000004", Some("0.30000000000000004")),
        ("9007199254740993", Some("9007199254740993")),
        ("\"0.1234567890123456789012345678\"", Some("0.1234567890123456789012345678")),
        ("0.1234567890123456789", None),
        ("9007199254740993.5", None),
        ("1e32", None),
        ("1e-29", None),
    ] {
        store.set("tiers", [("tiers", format!("[{{\"at\": {text}}}]").as_str())]);
        let report = config.refresh_all().await.unwrap();
        let is_rejected = matches!(report.outcome("tiers"), Some(Outcome::Rejected { .. }));
        assert_eq!(is_rejected, exact.is_none(), "{text}: {report}");
        if let Some(exact) = exact {
            assert_eq!(config.get::<Tiers>().tiers[0].at.to_string(), exact, "{text}");
        }
    }
}

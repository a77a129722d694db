//! The schema, the defaults and the rules of derived blocks.

use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, Faults, Kind, Secret, Value};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SizingMode {
    RiskBased,
    FixedPercent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tier {
    threshold: Decimal,
}

/// Entry and sizing rules.
///
/// Read before every order.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::limits_agree)]
struct TradingConfig {
    /// Lowest score that opens a position.
    #[config(default = 0.70, range = 0..=1)]
    score_threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    max_positions: u32,
    #[config(default = SizingMode::RiskBased, text)]
    sizing_mode: SizingMode,
    #[config(default = vec![Tier { threshold: Decimal::ONE }], json)]
    tiers: Vec<Tier>,
    default_strategy: Option<String>,
    #[config(default = "hush", secret)]
    token: Option<Secret<String>>,
    #[config(default = "1m 30s", range = "1s"..="5m")]
    pause: Duration,
    #[config(default = 5)]
    weight: f64,
}

impl TradingConfig {
    fn limits_agree(&self) -> Result<(), Faults> {
        Ok(())
    }
}

#[test]
fn a_block_is_what_its_struct_says() {
    let schema = TradingConfig::schema();
    assert_eq!(schema.name, "trading");
    println!("{schema:#?} {:?}", TradingConfig::default());
}

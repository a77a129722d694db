//! The blocks that the operator's side is held with.

use config_sdk::{ConfigBlock, Decimal, Faults, Secret};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tier {
    pub(crate) threshold_pct: Decimal,
    pub(crate) reduction_pct: Decimal,
}

/// Entry and sizing rules.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::limits_agree)]
pub(crate) struct TradingConfig {
    /// Lowest score that opens a position.
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) score_threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    pub(crate) max_positions: u32,
    #[config(default = 0.05)]
    pub(crate) min_position: Decimal,
    #[config(default = 1.0)]
    pub(crate) max_position: Decimal,
    #[config(default = true)]
    pub(crate) enabled: bool,
    #[config(default = 1.5, range = 0.5..=10.0)]
    pub(crate) multiplier: f64,
    #[config(default = tiers(), json)]
    pub(crate) tiers: Vec<Tier>,
    pub(crate) strategy: Option<String>,
    #[config(secret)]
    pub(crate) token: Option<Secret<String>>,
}

impl TradingConfig {
    fn limits_agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        let agree = self.min_position <= self.max_position;
        faults.ensure(agree, "min_position", "must not be above max_position");
        faults.into_result()
    }
}

fn tiers() -> Vec<Tier> {
    let tier = |threshold, reduction| Tier {
        threshold_pct: Decimal::from(threshold),
        reduction_pct: Decimal::from(reduction),
    };
    vec![tier(5, 0), tier(10, 25)]
}

/// What stops it.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(retired = "old_limit")]
pub(crate) struct RiskConfig {
    #[config(default = 20, range = 1..=50)]
    pub(crate) max_drawdown_pct: Decimal,
    #[config(default = 3)]
    pub(crate) max_attempts: u32,
}

/// How often.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
pub(crate) struct PaceConfig {
    #[config(default = 10, range = 1..=1000)]
    pub(crate) per_second: u32,
}

/// What a guild gives.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(key(guild_id: String), check = Self::burst_is_allowed)]
pub(crate) struct BytesConfig {
    #[config(default = 10, range = 1..=1000, clamp)]
    pub(crate) daily_amount: i64,
    #[config(default = 24, range = 1..=168)]
    pub(crate) cooldown_hours: i64,
    #[config(default = 1)]
    pub(crate) burst: u32,
    #[config(default = 30)]
    pub(crate) most: u32,
}

impl BytesConfig {
    fn burst_is_allowed(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(self.burst <= self.most, "burst", "must not be above most");
        faults.into_result()
    }
}

/// What a strategy risks on a pair.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(key(symbol: String, strategy: String), resident)]
pub(crate) struct StrategyConfig {
    #[config(default = 1.0, range = 0..=5)]
    pub(crate) risk_pct: Decimal,
}

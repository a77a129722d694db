//! The blocks that the promises are held with.

use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, Faults, Secret};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SizingMode {
    RiskBased,
    FixedPercent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tier {
    pub(crate) threshold_pct: Decimal,
    pub(crate) size_reduction_pct: Decimal,
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
    #[config(default = SizingMode::RiskBased, text)]
    pub(crate) sizing_mode: SizingMode,
    #[config(default = tiers(), json)]
    pub(crate) tiers: Vec<Tier>,
    #[config(default = "30s", range = "1s"..="1h")]
    pub(crate) pause: Duration,
    pub(crate) strategy: Option<String>,
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
    let tier = |threshold_pct, size_reduction_pct| Tier {
        threshold_pct: Decimal::from(threshold_pct),
        size_reduction_pct: Decimal::from(size_reduction_pct),
    };
    vec![tier(5, 0), tier(10, 25), tier(15, 50), tier(20, 100)]
}

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
pub(crate) struct RiskConfig {
    #[config(default = 20.0, range = 0..=100)]
    pub(crate) max_drawdown_pct: Decimal,
    pub(crate) note: Option<String>,
}

/// A block that nothing but the store may speak for.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(on_boot = "require")]
pub(crate) struct LedgerConfig {
    #[config(default = 1)]
    pub(crate) fee: u32,
}

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
pub(crate) struct VaultConfig {
    #[config(default = 3, range = 0..=9)]
    pub(crate) tries: u32,
    #[config(secret, length = ..=40)]
    pub(crate) token: Option<Secret<String>>,
    #[config(default = 1234, secret, range = 1..=999_999_999)]
    pub(crate) pin: Secret<u32>,
}

/// All seventeen fields always hold the same number; and so does [`TwinConfig`], as of one epoch.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[rustfmt::skip]
pub(crate) struct WideConfig {
    #[config(default = 0)] pub(crate) a: i64, #[config(default = 0)] pub(crate) b: i64,
    #[config(default = 0)] pub(crate) c: i64, #[config(default = 0)] pub(crate) d: i64,
    #[config(default = 0)] pub(crate) e: i64, #[config(default = 0)] pub(crate) f: i64,
    #[config(default = 0)] pub(crate) g: i64, #[config(default = 0)] pub(crate) h: i64,
    #[config(default = 0)] pub(crate) i: i64, #[config(default = 0)] pub(crate) j: i64,
    #[config(default = 0)] pub(crate) k: i64, #[config(default = 0)] pub(crate) l: i64,
    #[config(default = 0)] pub(crate) m: i64, #[config(default = 0)] pub(crate) n: i64,
    #[config(default = 0)] pub(crate) o: i64, #[config(default = 0)] pub(crate) p: i64,
    #[config(default = 0)] pub(crate) q: i64,
}

impl WideConfig {
    /// Names of its columns.
    pub(crate) const COLUMNS: [&str; 17] =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"];

    /// The number that all fields hold, if they do.
    pub(crate) fn number(&self) -> Option<i64> {
        let Self { a, b, c, d, e, f, g, h, .. } = self;
        let Self { i, j, k, l, m, n, o, p, q, .. } = self;
        let rest = [b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q];
        rest.iter().all(|other| *other == a).then_some(*a)
    }
}

#[derive(Clone, Debug, PartialEq, ConfigBlock)]
pub(crate) struct TwinConfig {
    #[config(default = 0)]
    pub(crate) number: i64,
}

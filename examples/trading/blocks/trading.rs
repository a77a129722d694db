//! Block `trading`: when to enter, and how much to put in.

use config_sdk::{ConfigBlock, Decimal, Faults};
use serde::{Deserialize, Serialize};

/// When to enter a position, and how much to put in.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::limits_agree)]
pub(crate) struct TradingConfig {
    /// Share of the balance that an ordinary position takes, in percent.
    #[config(default = 2.0, range = 0..=100)]
    pub(crate) base_position_pct: Decimal,
    /// Largest position, in SOL.
    #[config(default = 1.0, range = 0..)]
    pub(crate) max_position_sol: Decimal,
    /// Smallest position worth its fees, in SOL.
    #[config(default = 0.05, range = 0..)]
    pub(crate) min_position_sol: Decimal,
    /// How much larger a position of high conviction is.
    #[config(default = 1.5, range = 1..=10)]
    pub(crate) high_conviction_multiplier: Decimal,
    /// How the size of a position is found: risk_based or fixed_percent.
    #[config(default = SizingMode::RiskBased, text, one_of = [SizingMode::RiskBased, SizingMode::FixedPercent])]
    pub(crate) sizing_mode: SizingMode,
    /// Share of the balance that one trade may lose, in percent.
    #[config(default = 1.0, range = 0..=100)]
    pub(crate) risk_per_trade_pct: Decimal,
    /// Positions that may be open at once.
    #[config(default = 5, range = 1..=100)]
    pub(crate) max_concurrent_positions: u32,
    /// Loss of one day that ends trading for the day, in percent.
    #[config(default = 5.0, range = 0..=100)]
    pub(crate) daily_loss_limit_pct: Decimal,
    /// Whether the daily loss limit is kept.
    #[config(default = true)]
    pub(crate) daily_loss_limit_enabled: bool,
    /// Largest share of the balance in one token, in percent.
    #[config(default = 25.0, range = 0..=100)]
    pub(crate) max_concentration_token_pct: Decimal,
    /// Largest share of the balance in the tokens of one cluster, in percent.
    #[config(default = 50.0, range = 0..=100)]
    pub(crate) max_concentration_cluster_pct: Decimal,
    /// Positions that may be open at once in the tokens of one cluster.
    #[config(default = 3, range = 1..=100)]
    pub(crate) max_positions_per_cluster: u32,
    /// How much smaller positions get as the drawdown grows.
    #[config(default = default_tiers(), json, length = 0..=10)]
    pub(crate) drawdown_reduction_tiers: Vec<DrawdownTier>,
    /// Lowest score that opens a position.
    #[config(default = 0.70, range = 0..=1)]
    pub(crate) score_threshold: Decimal,
    /// Lowest score that counts as high conviction.
    #[config(default = 0.85, range = 0..=1)]
    pub(crate) high_conviction_threshold: Decimal,
    /// Worst slippage that is accepted on entry, in hundredths of a percent.
    #[config(default = 100, range = 0..=10000)]
    pub(crate) max_slippage_entry_bps: u32,
    /// Worst slippage that is accepted on exit, in hundredths of a percent.
    #[config(default = 150, range = 0..=10000)]
    pub(crate) max_slippage_exit_bps: u32,
}

/// How the size of a position is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SizingMode {
    /// From what the trade may lose.
    RiskBased,
    /// Always the same share of the balance.
    FixedPercent,
}

/// From this drawdown on, positions are this much smaller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DrawdownTier {
    /// Drawdown from which the tier holds, in percent.
    pub(crate) threshold_pct: Decimal,
    /// How much smaller positions are, in percent.
    pub(crate) size_reduction_pct: Decimal,
}

impl TradingConfig {
    fn limits_agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            self.min_position_sol <= self.max_position_sol,
            "min_position_sol",
            format!("must not be above max_position_sol, {}", self.max_position_sol),
        );
        faults.ensure(
            self.high_conviction_threshold >= self.score_threshold,
            "high_conviction_threshold",
            format!("must not be below score_threshold, {}", self.score_threshold),
        );
        faults.ensure(
            self.max_concentration_token_pct <= self.max_concentration_cluster_pct,
            "max_concentration_token_pct",
            "must not be above max_concentration_cluster_pct: a token is part of its cluster",
        );
        let tiers = &self.drawdown_reduction_tiers;
        let percent = Decimal::ZERO..=Decimal::ONE_HUNDRED;
        faults.ensure(
            tiers.iter().all(|tier| {
                percent.contains(&tier.threshold_pct) && percent.contains(&tier.size_reduction_pct)
            }),
            "drawdown_reduction_tiers",
            "must hold percentages, from 0 to 100",
        );
        faults.ensure(
            tiers.windows(2).all(|pair| {
                pair[0].threshold_pct < pair[1].threshold_pct
                    && pair[0].size_reduction_pct <= pair[1].size_reduction_pct
            }),
            "drawdown_reduction_tiers",
            "must ascend: each threshold above the one before, no reduction below it",
        );
        faults.into_result()
    }
}

fn default_tiers() -> Vec<DrawdownTier> {
    let tier = |(threshold, reduction): (i64, i64)| DrawdownTier {
        threshold_pct: threshold.into(),
        size_reduction_pct: reduction.into(),
    };
    [(5, 0), (10, 25), (15, 50), (20, 100)].map(tier).to_vec()
}

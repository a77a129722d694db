//! Block `scoring`: what a signal's score is made of.

use config_sdk::{ConfigBlock, Decimal, Faults};

/// What a signal's score is made of.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::weights_add_up)]
pub(crate) struct ScoringConfig {
    /// Weight of the wallet in the score.
    #[config(default = 0.30, range = 0..=1)]
    pub(crate) wallet_score_weight: Decimal,
    /// Weight of the timing in the score.
    #[config(default = 0.25, range = 0..=1)]
    pub(crate) timing_score_weight: Decimal,
    /// Weight of the market in the score.
    #[config(default = 0.20, range = 0..=1)]
    pub(crate) market_score_weight: Decimal,
    /// Weight of the cluster in the score.
    #[config(default = 0.25, range = 0..=1)]
    pub(crate) cluster_score_weight: Decimal,
    /// Weight of the share of trades won in the wallet's score.
    #[config(default = 0.40, range = 0..=1)]
    pub(crate) wallet_win_rate_weight: Decimal,
    /// Weight of the average profit in the wallet's score.
    #[config(default = 0.30, range = 0..=1)]
    pub(crate) wallet_avg_pnl_weight: Decimal,
    /// Weight of steadiness in the wallet's score.
    #[config(default = 0.30, range = 0..=1)]
    pub(crate) wallet_consistency_weight: Decimal,
    /// Hours after which a signal counts for half.
    #[config(default = 4, range = 1..=168)]
    pub(crate) timing_decay_hours: u32,
    /// What a signal gains by being the first of its kind.
    #[config(default = 0.2, range = 0..=1)]
    pub(crate) timing_freshness_bonus: Decimal,
    /// Liquidity below which a market scores nothing, in dollars.
    #[config(default = 10000, range = 0..)]
    pub(crate) market_liquidity_threshold: Decimal,
    /// Daily volume below which a market scores nothing, in dollars.
    #[config(default = 5000, range = 0..)]
    pub(crate) market_volume_threshold: Decimal,
    /// Share of a cluster that must trade together to count.
    #[config(default = 0.3, range = 0..=1)]
    pub(crate) cluster_min_sync_ratio: Decimal,
    /// How much more a signal counts that its cluster shares.
    #[config(default = 1.2, range = 1..=10)]
    pub(crate) cluster_amplification_factor: Decimal,
}

impl ScoringConfig {
    fn weights_add_up(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        let score = self.wallet_score_weight
            + self.timing_score_weight
            + self.market_score_weight
            + self.cluster_score_weight;
        faults.ensure(
            score == Decimal::ONE,
            "wallet_score_weight",
            format!("the four score weights must add up to 1, and make {score}"),
        );
        let wallet = self.wallet_win_rate_weight
            + self.wallet_avg_pnl_weight
            + self.wallet_consistency_weight;
        faults.ensure(
            wallet == Decimal::ONE,
            "wallet_win_rate_weight",
            format!("the three wallet weights must add up to 1, and make {wallet}"),
        );
        faults.into_result()
    }
}

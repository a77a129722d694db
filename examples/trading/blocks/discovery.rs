//! Block `discovery`: which wallets are worth following.

use config_sdk::{ConfigBlock, Decimal, Faults};

/// Which wallets are worth following, and for how long.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::rules_agree)]
pub(crate) struct DiscoveryConfig {
    /// Minutes between two searches for wallets.
    #[config(default = 60, range = 1..=1440)]
    pub(crate) run_interval_minutes: u32,
    /// Most wallets that one search looks at.
    #[config(default = 50, range = 1..=10000)]
    pub(crate) max_wallets_per_run: u32,
    /// Days that a wallet must have traded for.
    #[config(default = 30, range = 0..=3650)]
    pub(crate) min_wallet_age_days: u32,
    /// Lowest share of trades won that lets a wallet in.
    #[config(default = 0.55, range = 0..=1)]
    pub(crate) min_win_rate: Decimal,
    /// Fewest trades that say anything about a wallet.
    #[config(default = 20, range = 1..=100000)]
    pub(crate) min_trades: u32,
    /// Lowest average profit that lets a wallet in, in percent.
    #[config(default = 5.0, range = -100..=10000)]
    pub(crate) min_avg_pnl_pct: Decimal,
    /// Largest average loss that lets a wallet in, in percent.
    #[config(default = 20.0, range = 0..=100)]
    pub(crate) max_avg_loss_pct: Decimal,
    /// Days that a wallet is judged by once it is in.
    #[config(default = 14, range = 1..=365)]
    pub(crate) decay_lookback_days: u32,
    /// Share of trades won below which a wallet is let go.
    #[config(default = 0.40, range = 0..=1)]
    pub(crate) decay_threshold: Decimal,
    /// Hours between two looks at the wallets that are in.
    #[config(default = 6, range = 1..=168)]
    pub(crate) decay_check_interval_hours: u32,
    /// Volume that counts as a pump, as a multiple of what is usual.
    #[config(default = 5.0, range = 1..)]
    pub(crate) pump_volume_spike_threshold: Decimal,
    /// Price that counts as a pump, as a multiple of what is usual.
    #[config(default = 2.0, range = 1..)]
    pub(crate) pump_price_spike_threshold: Decimal,
}

impl DiscoveryConfig {
    fn rules_agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            self.decay_threshold <= self.min_win_rate,
            "decay_threshold",
            "must not be above min_win_rate: who is let in would be let go at once",
        );
        faults.ensure(
            self.decay_check_interval_hours <= self.decay_lookback_days.saturating_mul(24),
            "decay_check_interval_hours",
            "must not be longer than decay_lookback_days: trades would go unseen",
        );
        faults.into_result()
    }
}

//! Block `exit`: when to leave a position.

use config_sdk::{ConfigBlock, Decimal, Faults};

/// When to leave a position.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::times_agree)]
pub(crate) struct ExitConfig {
    /// The exit strategy of an ordinary position; none: sell all at the first target.
    #[config(length = 1..=64)]
    pub(crate) default_strategy_standard_id: Option<String>,
    /// The exit strategy of a position of high conviction; none: as any other.
    #[config(length = 1..=64)]
    pub(crate) default_strategy_high_conviction_id: Option<String>,
    /// Hours after which a position is closed.
    #[config(default = 24, range = 1..=8760)]
    pub(crate) default_max_hold_hours: u32,
    /// Hours without movement after which a position is closed.
    #[config(default = 6, range = 1..=8760)]
    pub(crate) stagnation_hours: u32,
    /// What counts as movement, in percent of the price.
    #[config(default = 2.0, range = 0..=100)]
    pub(crate) stagnation_threshold_pct: Decimal,
    /// Seconds between two looks at the price.
    #[config(default = 15, range = 1..=3600)]
    pub(crate) price_collection_interval_seconds: u32,
    /// Days that prices are kept for.
    #[config(default = 30, range = 1..=3650)]
    pub(crate) price_history_retention_days: u32,
}

impl ExitConfig {
    fn times_agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            self.stagnation_hours <= self.default_max_hold_hours,
            "stagnation_hours",
            "must not be above default_max_hold_hours: it would never count",
        );
        faults.ensure(
            self.price_history_retention_days.saturating_mul(24) >= self.default_max_hold_hours,
            "price_history_retention_days",
            "must cover default_max_hold_hours: a position needs its prices",
        );
        faults.into_result()
    }
}

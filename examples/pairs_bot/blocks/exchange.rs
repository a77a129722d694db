//! The blocks that all pairs have in common: the exchange as a whole, and the portfolio.

use std::time::Duration;

use config_sdk::{ConfigBlock, Decimal, Faults};

/// The system as a whole.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
pub(crate) struct ExchangeConfig {
    /// Whether anything is traded at all.
    #[config(default = true)]
    pub(crate) trading_enabled: bool,
    /// Orders that may be placed in a minute.
    #[config(default = 60, range = 1..=1200)]
    pub(crate) orders_per_minute: u32,
    /// How long an order may stay unanswered.
    #[config(default = Duration::from_secs(5))]
    pub(crate) order_timeout: Duration,
}

/// What is risked in all pairs together.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::shares_fit)]
pub(crate) struct PortfolioConfig {
    /// Positions that may be open at once.
    #[config(default = 6, range = 1..=100)]
    pub(crate) max_open_positions: u32,
    /// Largest share of the balance in open positions, in percent.
    #[config(default = 60, range = 0..=100)]
    pub(crate) max_exposure_pct: Decimal,
    /// Share of the balance that is never touched, in percent.
    #[config(default = 20, range = 0..=100)]
    pub(crate) reserve_pct: Decimal,
}

impl PortfolioConfig {
    fn shares_fit(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            self.max_exposure_pct + self.reserve_pct <= Decimal::ONE_HUNDRED,
            "max_exposure_pct",
            format!("leaves no room for reserve_pct, {}", self.reserve_pct),
        );
        faults.into_result()
    }
}

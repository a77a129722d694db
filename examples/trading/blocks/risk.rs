//! Block `risk`: when to stop.

use config_sdk::{ConfigBlock, Decimal, Faults};

/// When to stop, and how often to try again.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(check = Self::limits_ascend)]
pub(crate) struct RiskConfig {
    /// Whether the circuit breaker is in.
    #[config(default = true)]
    pub(crate) circuit_breaker_enabled: bool,
    /// Loss that trips the circuit breaker, in percent.
    #[config(default = 10.0, range = 0..=100)]
    pub(crate) circuit_breaker_loss_threshold: Decimal,
    /// Minutes without new positions after it has tripped.
    #[config(default = 60, range = 1..=10080)]
    pub(crate) circuit_breaker_cooldown_minutes: u32,
    /// Loss from the highest balance that ends trading, in percent.
    #[config(default = 20.0, range = 0..=100)]
    pub(crate) max_drawdown_pct: Decimal,
    /// Days in which the highest balance is looked for.
    #[config(default = 30, range = 1..=365)]
    pub(crate) drawdown_lookback_days: u32,
    /// Times that an order is tried.
    #[config(default = 3, range = 1..=10)]
    pub(crate) max_order_attempts: u32,
    /// Seconds before the second try.
    #[config(default = 5, range = 1..=300)]
    pub(crate) retry_delay_base_seconds: u32,
    /// How much longer each further wait is than the one before.
    #[config(default = 3.0, range = 1..=10)]
    pub(crate) retry_delay_multiplier: Decimal,
    /// Loss that sells everything at once, in percent.
    #[config(default = 50.0, range = 0..=100)]
    pub(crate) emergency_exit_threshold_pct: Decimal,
}

impl RiskConfig {
    fn limits_ascend(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            !self.circuit_breaker_enabled
                || self.circuit_breaker_loss_threshold <= self.max_drawdown_pct,
            "circuit_breaker_loss_threshold",
            format!("must not be above max_drawdown_pct, {}", self.max_drawdown_pct),
        );
        faults.ensure(
            self.max_drawdown_pct <= self.emergency_exit_threshold_pct,
            "emergency_exit_threshold_pct",
            format!("must not be below max_drawdown_pct, {}", self.max_drawdown_pct),
        );
        faults.into_result()
    }
}

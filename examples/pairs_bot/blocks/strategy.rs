//! The blocks of a pair and a strategy: what is run, all of it in memory, and what has been tried.

use config_sdk::{ConfigBlock, Decimal};

/// How a strategy is run in a pair.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(key(symbol: String, strategy: String), resident)]
pub(crate) struct StrategyConfig {
    /// Whether it is run.
    #[config(default = true)]
    pub(crate) enabled: bool,
    /// Candles that it looks back.
    #[config(default = 14, range = 2..=500)]
    pub(crate) lookback: u32,
    /// Signal from which it enters.
    #[config(default = 0.60, range = 0..=1)]
    pub(crate) entry_threshold: Decimal,
}

/// Parameters that were tried out on past prices. There are many, and few are looked at, so that
/// only those are in memory.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(key(symbol: String, strategy: String, trial: u32))]
pub(crate) struct TrialConfig {
    /// Candles that it looked back.
    #[config(default = 14, range = 2..=500)]
    pub(crate) lookback: u32,
    /// Signal from which it entered.
    #[config(default = 0.60, range = 0..=1)]
    pub(crate) entry_threshold: Decimal,
    /// What came of it, in percent.
    pub(crate) profit_pct: Option<Decimal>,
}

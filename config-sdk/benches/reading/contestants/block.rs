//! The blocks that are read.

use config_sdk::ConfigBlock;
use serde::Deserialize;

/// A block of the usual size.
#[derive(Clone, Debug, ConfigBlock, Deserialize)]
#[serde(default)]
pub(super) struct TradingConfig {
    #[config(default = 2.0)]
    pub(super) base_position_pct: f64,
    #[config(default = 1.0)]
    pub(super) max_position_sol: f64,
    #[config(default = 0.05)]
    pub(super) min_position_sol: f64,
    #[config(default = 1.5)]
    pub(super) high_conviction_multiplier: f64,
    #[config(default = 5)]
    pub(super) max_concurrent_positions: u32,
    #[config(default = 5.0)]
    pub(super) daily_loss_limit_pct: f64,
    #[config(default = true)]
    pub(super) daily_loss_limit_enabled: bool,
    #[config(default = 0.70)]
    pub(super) score_threshold: f64,
    #[config(default = 0.85)]
    pub(super) high_conviction_threshold: f64,
    #[config(default = 100)]
    pub(super) max_slippage_entry_bps: u32,
    #[config(default = 150)]
    pub(super) max_slippage_exit_bps: u32,
    #[config(default = 30)]
    pub(super) order_timeout_s: u32,
    #[config(default = 3)]
    pub(super) order_retries: u32,
    #[config(default = 0.25)]
    pub(super) drawdown_reduction_pct: f64,
    #[config(default = true)]
    pub(super) trailing_stop_enabled: bool,
    #[config(default = 1.2)]
    pub(super) trailing_stop_pct: f64,
    #[config(default = "USDC")]
    pub(super) quote_currency: String,
}

impl TradingConfig {
    /// A different one for each number than for the number before.
    pub(super) fn numbered(number: u32) -> Self {
        Self { max_concurrent_positions: 5 + number % 2, ..Self::default() }
    }
}

/// One copy a pair.
#[derive(Clone, Debug, ConfigBlock)]
#[config(key(symbol: String), resident)]
pub(super) struct PairConfig {
    #[config(default = 5)]
    pub(super) max_positions: u32,
}

/// How many pairs there are, and symbols to ask for.
const PAIRS: usize = 200;

pub(super) fn pairs() -> Vec<String> {
    (0..PAIRS).map(|number| format!("COIN{number}/USDT")).collect()
}

/// Every symbol in turn, not one beside the other.
pub(super) fn next(symbols: &[String], place: &mut usize) -> usize {
    *place = (*place + 7) % symbols.len();
    *place
}

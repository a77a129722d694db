//! The blocks of a pair, all of them in memory: whether it is traded, and what may be risked in it.

use config_sdk::{ConfigBlock, Decimal};

/// A pair, by its symbol.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(key(symbol: String), resident)]
pub(crate) struct PairConfig {
    /// Whether it is traded.
    #[config(default = false)]
    pub(crate) active: bool,
    /// Smallest order, in the currency that it is paid in.
    #[config(default = 10, range = 0..)]
    pub(crate) min_order: Decimal,
}

/// What may be risked in a pair.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(key(symbol: String), resident)]
pub(crate) struct PairRiskConfig {
    /// Share of the balance that one trade may lose, in percent.
    #[config(default = 1.0, range = 0..=100)]
    pub(crate) risk_per_trade_pct: Decimal,
    /// Loss that closes a position, in percent.
    #[config(default = 2.0, range = 0..=100)]
    pub(crate) stop_loss_pct: Decimal,
    /// Positions that may be open in the pair at once.
    #[config(default = 2, range = 0..=100)]
    pub(crate) max_positions: u32,
}

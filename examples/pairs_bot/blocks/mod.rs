//! What the bot is configured by: two blocks for all pairs, two by pair, two by pair and strategy.

mod exchange;
mod pair;
mod strategy;

pub(crate) use exchange::{ExchangeConfig, PortfolioConfig};
pub(crate) use pair::{PairConfig, PairRiskConfig};
pub(crate) use strategy::{StrategyConfig, TrialConfig};

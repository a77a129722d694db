//! The seven blocks of the trading bot: each a struct, each a table of its own.

mod api;
mod cluster;
mod discovery;
mod exit;
mod risk;
mod scoring;
mod trading;

pub(crate) use api::ApiConfig;
pub(crate) use cluster::ClusterConfig;
pub(crate) use discovery::DiscoveryConfig;
pub(crate) use exit::ExitConfig;
pub(crate) use risk::RiskConfig;
pub(crate) use scoring::ScoringConfig;
pub(crate) use trading::TradingConfig;

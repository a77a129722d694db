//! What the bot asks its configuration, each in one call.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use config_examples::program::{Failure, with_redis};
use config_sdk::{BlockRef, Config, ConfigBuilder, Keyed, KeyedOptions, Snapshot};

use crate::blocks::{
    ExchangeConfig, PairConfig, PairRiskConfig, PortfolioConfig, StrategyConfig, TrialConfig,
};

/// The bot's way to its configuration.
pub(crate) struct Bot {
    pub(crate) config: Config,
    pub(crate) trials: Keyed<TrialConfig>,
}

/// Everything about one pair, as of one moment.
pub(crate) struct Pair<'a> {
    pub(crate) symbol: &'a str,
    pub(crate) settings: BlockRef<'a, PairConfig>,
    pub(crate) risk: BlockRef<'a, PairRiskConfig>,
    /// What is run in it, by name.
    pub(crate) strategies: BTreeMap<&'a str, BlockRef<'a, StrategyConfig>>,
}

/// Why a pair is not traded now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    TradingIsOff,
    NotActive,
    NoStrategy,
    PortfolioIsFull { most: u32 },
    PairIsFull { most: u32 },
}

/// How many positions are open.
#[derive(Clone, Copy)]
pub(crate) struct Open {
    pub(crate) in_all: u32,
    pub(crate) in_pair: u32,
}

impl Bot {
    /// All blocks, on the store at `url`.
    pub(crate) fn builder(url: &str, ttl: Duration, warm: Duration) -> ConfigBuilder {
        let trials = KeyedOptions::new().max_entries(5000).warm_all().warm_every(warm);
        Config::builder()
            .block::<ExchangeConfig>()
            .block::<PortfolioConfig>()
            .keyed::<PairConfig>(KeyedOptions::new())
            .keyed::<PairRiskConfig>(KeyedOptions::new())
            .keyed::<StrategyConfig>(KeyedOptions::new())
            .keyed::<TrialConfig>(trials)
            .url(url)
            .ttl(ttl)
    }

    pub(crate) async fn start(url: &str, ttl: Duration, warm: Duration) -> Result<Self, Failure> {
        let config = with_redis(Self::builder(url, ttl, warm)).start().await?;
        Ok(Self { trials: config.keyed(), config })
    }

    /// Whether to open another position in `symbol`, with so many open already.
    pub(crate) fn should_trade(&self, symbol: &str, open: Open) -> Result<(), Rest> {
        let now = self.config.snapshot();
        if !now.get::<ExchangeConfig>().trading_enabled {
            return Err(Rest::TradingIsOff);
        }
        if !now.keyed::<PairConfig>().load(symbol).active {
            return Err(Rest::NotActive);
        }
        let most = now.get::<PortfolioConfig>().max_open_positions;
        if open.in_all >= most {
            return Err(Rest::PortfolioIsFull { most });
        }
        let most = now.keyed::<PairRiskConfig>().load(symbol).max_positions;
        if open.in_pair >= most {
            return Err(Rest::PairIsFull { most });
        }
        let mut strategies = now.keyed::<StrategyConfig>().iter();
        match strategies.any(|(key, copy)| copy.enabled && key.parts().next() == Some(symbol)) {
            true => Ok(()),
            false => Err(Rest::NoStrategy),
        }
    }
}

/// All blocks, on a store at `url` that stays.
pub(crate) fn lasting(url: &str) -> ConfigBuilder {
    with_redis(Bot::builder(url, Duration::from_secs(300), Duration::from_secs(3600)))
}

/// Everything about all active pairs, by symbol.
pub(crate) fn active_pairs(now: &Snapshot) -> Vec<Pair<'_>> {
    let risks = now.keyed::<PairRiskConfig>();
    let pairs = now.keyed::<PairConfig>().iter().filter(|(_, settings)| settings.active);
    let pairs = pairs.map(|(key, settings)| {
        let symbol = key.parts().next().unwrap_or_default();
        let risk = risks.load(key);
        (symbol, Pair { symbol, settings, risk, strategies: BTreeMap::new() })
    });
    let mut pairs: BTreeMap<_, _> = pairs.collect();
    for (key, copy) in now.keyed::<StrategyConfig>().iter() {
        let mut parts = key.parts();
        if let (Some(symbol), Some(strategy)) = (parts.next(), parts.next())
            && let Some(pair) = pairs.get_mut(symbol)
        {
            pair.strategies.insert(strategy, copy);
        }
    }
    pairs.into_values().collect()
}

impl fmt::Display for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TradingIsOff => f.write_str("trading is off"),
            Self::NotActive => f.write_str("it is not active"),
            Self::NoStrategy => f.write_str("no strategy is enabled"),
            Self::PortfolioIsFull { most } => write!(f, "{most} positions are open in all"),
            Self::PairIsFull { most } => write!(f, "{most} of its own are open"),
        }
    }
}

//! Libraries that reload a configuration, read as their documentation says.

use std::convert::Infallible;
use std::sync::Arc;

use confik::ReloadableConfig;
use dynamic_config::dynamic_config;
use hotswap_config::core::HotswapConfig;
use serde::Deserialize;

use super::Contestant;
use super::block::TradingConfig;

pub(crate) const DYNAMIC: &str = "dynamic-config `T::current()`";
pub(crate) const HOTSWAP: &str = "hotswap-config `get()`";

pub(super) fn all() -> Vec<Contestant> {
    vec![dynamic(), hotswap(), confik(), rtb()]
}

/// Its attribute keeps the type's current value in a static of its own.
#[dynamic_config]
#[derive(Debug, Deserialize)]
struct Dynamic {
    trading: TradingConfig,
}

fn dynamic() -> Contestant {
    Dynamic::replace(Dynamic { trading: TradingConfig::default() });
    Contestant::new(DYNAMIC, || || u64::from(Dynamic::current().trading.max_concurrent_positions))
        .written(|| {
            let mut number = 0;
            move || {
                number += 1;
                Dynamic::replace(Dynamic { trading: TradingConfig::numbered(number) });
            }
        })
}

fn hotswap() -> Contestant {
    let config = HotswapConfig::new(TradingConfig::default());
    let reader = config.clone();
    Contestant::new(HOTSWAP, move || {
        let config = reader.clone();
        move || u64::from(config.get().max_concurrent_positions)
    })
    .written(move || {
        let (config, mut number) = (config.clone(), 0);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        move || {
            number += 1;
            let written = runtime.block_on(config.update(TradingConfig::numbered(number)));
            written.expect("nothing refuses it");
        }
    })
}

impl ReloadableConfig for TradingConfig {
    type Error = Infallible;

    fn build() -> Result<Self, Infallible> {
        Ok(Self::default())
    }
}

fn confik() -> Contestant {
    let Ok(config) = TradingConfig::reloading();
    let reader = config.clone();
    Contestant::new("confik `load()`", move || {
        let config = reader.clone();
        move || u64::from(config.load().max_concurrent_positions)
    })
    .written(move || {
        let config = config.clone();
        move || {
            let Ok(()) = config.reload();
        }
    })
}

fn rtb() -> Contestant {
    let config = Arc::new(rtb_config::Config::with_value(TradingConfig::default()));
    let reader = Arc::clone(&config);
    Contestant::new("rtb-config `get()`", move || {
        let config = Arc::clone(&reader);
        move || u64::from(config.get().max_concurrent_positions)
    })
    .written(move || {
        let config = Arc::clone(&config);
        move || config.reload().expect("there is nothing to read but defaults")
    })
}

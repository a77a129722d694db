//! Values by their paths, and whole blocks that are made of them: here and with config-rs.

use std::sync::{Arc, RwLock};

use config::Config;

use super::Contestant;
use super::block::TradingConfig;
use super::here::Here;

pub(crate) const VALUE: &str = "`config.value(\"trading.score_threshold\")`";
pub(crate) const CONFIG_RS: &str = "config-rs `get::<f64>(path)`, never reloaded";
pub(crate) const FLOAT: &str = "config-rs `get::<f64>(path)` in a `RwLock`";

const PATH: &str = "trading.score_threshold";

pub(super) fn all() -> Vec<Contestant> {
    vec![value(), fixed(), float(), block()]
}

fn value() -> Contestant {
    Here::start().contestant(VALUE, |config| {
        move || config.value(PATH).ok().and_then(|value| value.as_f64()).map_or(0, f64::to_bits)
    })
}

fn fixed() -> Contestant {
    let config = Arc::new(made(0));
    Contestant::new(CONFIG_RS, move || {
        let config = Arc::clone(&config);
        move || config.get::<f64>(PATH).map_or(0, f64::to_bits)
    })
}

fn float() -> Contestant {
    let shared = Arc::new(RwLock::new(made(0)));
    let reader = Arc::clone(&shared);
    Contestant::new(FLOAT, move || {
        let shared = Arc::clone(&reader);
        move || {
            let config = shared.read().expect("nobody panicked");
            config.get::<f64>(PATH).map_or(0, f64::to_bits)
        }
    })
    .written(move || write(&shared))
}

fn block() -> Contestant {
    let shared = Arc::new(RwLock::new(made(0)));
    let reader = Arc::clone(&shared);
    Contestant::new("config-rs `get::<T>(path)` in a `RwLock`", move || {
        let shared = Arc::clone(&reader);
        move || {
            let config = shared.read().expect("nobody panicked");
            let block = config.get::<TradingConfig>("trading").expect("it is all there");
            u64::from(block.max_concurrent_positions)
        }
    })
    .written(move || write(&shared))
}

fn write(shared: &Arc<RwLock<Config>>) -> impl FnMut() + use<> {
    let (shared, mut number) = (Arc::clone(shared), 0);
    move || {
        number += 1;
        let config = made(number);
        *shared.write().expect("nobody panicked") = config;
    }
}

/// The same block, as config-rs keeps it.
fn made(number: u32) -> Config {
    let TradingConfig {
        base_position_pct,
        max_position_sol,
        min_position_sol,
        high_conviction_multiplier,
        max_concurrent_positions,
        daily_loss_limit_pct,
        daily_loss_limit_enabled,
        score_threshold,
        high_conviction_threshold,
        max_slippage_entry_bps,
        max_slippage_exit_bps,
        order_timeout_s,
        order_retries,
        drawdown_reduction_pct,
        trailing_stop_enabled,
        trailing_stop_pct,
        quote_currency,
    } = TradingConfig::numbered(number);
    let values: [(&str, config::Value); 17] = [
        ("base_position_pct", base_position_pct.into()),
        ("max_position_sol", max_position_sol.into()),
        ("min_position_sol", min_position_sol.into()),
        ("high_conviction_multiplier", high_conviction_multiplier.into()),
        ("max_concurrent_positions", max_concurrent_positions.into()),
        ("daily_loss_limit_pct", daily_loss_limit_pct.into()),
        ("daily_loss_limit_enabled", daily_loss_limit_enabled.into()),
        ("score_threshold", score_threshold.into()),
        ("high_conviction_threshold", high_conviction_threshold.into()),
        ("max_slippage_entry_bps", max_slippage_entry_bps.into()),
        ("max_slippage_exit_bps", max_slippage_exit_bps.into()),
        ("order_timeout_s", order_timeout_s.into()),
        ("order_retries", order_retries.into()),
        ("drawdown_reduction_pct", drawdown_reduction_pct.into()),
        ("trailing_stop_enabled", trailing_stop_enabled.into()),
        ("trailing_stop_pct", trailing_stop_pct.into()),
        ("quote_currency", quote_currency.into()),
    ];
    let builder = values.into_iter().try_fold(Config::builder(), |builder, (name, value)| {
        builder.set_default(format!("trading.{name}"), value)
    });
    builder.and_then(|builder| builder.build()).expect("plain values")
}

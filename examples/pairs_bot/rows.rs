//! The rows that the tour begins with.

use config_examples::program::Failure;
use config_examples::prompt::Prompt;

/// Good SQL for both stores. A row without a key is what all keys inherit from.
const ROWS: [&str; 4] = [
    "insert into pair_config (status, symbol, active) values
     ('active', 'BTC/USDT', true), ('active', 'ETH/USDT', true), ('active', 'ETH/BTC', true),
     ('active', 'SOL/USDT', true), ('active', 'XRP/USDT', true), ('active', 'DOGE/USDT', false)",
    "insert into pair_risk_config (status, symbol, risk_per_trade_pct, stop_loss_pct) values
     ('active', null, null, 3), ('active', 'BTC/USDT', 0.5, null), ('active', 'ETH/BTC', 0.8, 1.5)",
    "insert into strategy_config (status, symbol, strategy, lookback)
     select 'active', symbol, name, candles from pair_config, (select 'momentum' as name, 14 as candles
     union all select 'mean_reversion', 20 union all select 'breakout', 55) as strategy",
    "insert into trial_config (status, symbol, strategy, trial, lookback, profit_pct)
     with recursive trial(n) as (select 1 union all select n + 1 from trial where n < 100)
     select 'active', symbol, strategy, cast(n as text), 4 + n, n % 9 - 4 from strategy_config, trial",
];

/// What all of that makes.
pub(crate) const TRIALS: usize = 6 * 3 * 100;

/// Everything but the trials, which are not read as a whole.
pub(crate) const TABLES: [&str; 5] =
    ["exchange_config", "portfolio_config", "pair_config", "pair_risk_config", "strategy_config"];

/// Puts the rows into tables that have none.
pub(crate) async fn put(prompt: &Prompt) -> Result<(), Failure> {
    for table in TABLES.iter().chain(&["trial_config"]) {
        let rows = prompt.one(&format!("select count(*) from {table}")).await?;
        if rows != "0" {
            return Err(format!(
                "this tour fills the table {table} and empties it at its end, and it has {rows} rows: \
                 delete them if they are from a tour that was killed, or give the tour a database of its own"
            )
            .into());
        }
    }
    for sql in ROWS {
        prompt.run(sql).await?;
    }
    Ok(())
}

/// Empties the tables again.
pub(crate) async fn remove(prompt: &Prompt) -> Result<(), Failure> {
    for table in TABLES.iter().chain(&["trial_config"]) {
        prompt.run(&format!("delete from {table}")).await?;
    }
    Ok(())
}

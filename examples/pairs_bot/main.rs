//! A bot that trades many pairs: blocks by pair, and by pair and strategy.

mod benchmark;
mod blocks;
mod bot;
mod rows;
mod stage;
mod story;

use std::process::ExitCode;

use config_examples::program;

const USAGE: &str = "\
A multi-pair exchange bot's configuration: blocks by pair, and by pair and strategy.

  cargo run --example pairs_bot              a tour in a few seconds, on an SQLite file of its own
  cargo run --example pairs_bot -- config    looks at configuration in a store that stays, and changes it

  CONFIG_URL     another store: sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE
  REDIS_URL      a second tier that processes share: redis://HOST:PORT
  TTL_SECONDS    how old what is in memory may be before the store is asked: 300
  WARM_SECONDS   how often everything is warmed again: 3600
  RUST_LOG       what to log to standard error: warn, or config_sdk=debug
  NO_COLOR       no colour";

#[tokio::main]
async fn main() -> ExitCode {
    program::tour("pairs_bot", USAGE, bot::lasting, story::tell).await
}

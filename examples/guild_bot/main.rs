//! A community bot with a currency of its own: one block per guild, in a table that was there before.

mod block;
mod rewards;
mod stage;
mod story;
mod table;

use std::process::ExitCode;

use config_examples::program;

const USAGE: &str = "\
A community bot's configuration: one block per guild, adopted from a table that exists already.

  cargo run --example guild_bot              a tour in a few seconds, on an SQLite file of its own
  cargo run --example guild_bot -- config    looks at configuration in a store that stays, and changes it

  CONFIG_URL   another store: sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE
  REDIS_URL    a second tier that processes share: redis://HOST:PORT
  RUST_LOG     what to log to standard error: warn, or config_sdk=debug
  NO_COLOR     no colour";

#[tokio::main]
async fn main() -> ExitCode {
    table::make_for_operator().await;
    program::tour("guild_bot", USAGE, stage::builder, story::tell).await
}

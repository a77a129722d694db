//! Every mistake of a struct in one compile, each at its own token.
use config_sdk::{ConfigBlock, Decimal};

#[derive(ConfigBlock)]
#[config(name = "Trading", ttl = "60", on_stale = "serve", tabel = "trading")]
struct TradingConfig {
    positions: u32,
    #[config(default = 0.7, range = 1..=2)]
    threshold: Decimal,
    #[config(default = 5, clamp, length = 1..)]
    orders: u32,
    #[config(default = "a", lenght = 1..=8)]
    account: String,
}

fn use_of_the_block_adds_no_error() -> TradingConfig {
    let block = TradingConfig::default();
    block.rules().map_or_else(|_| TradingConfig::default(), |()| block)
}

fn main() {}

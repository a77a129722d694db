//! A field that has nothing to start with.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    positions: u32,
    #[config(range = 1..=5)]
    orders: u32,
}

fn main() {}

//! Two fields that would overwrite each other.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5)]
    positions: u32,
    #[config(default = 5, column = "positions")]
    orders: u32,
}

fn main() {}

//! Nothing to bring the value into.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5, clamp)]
    positions: u32,
}

fn main() {}

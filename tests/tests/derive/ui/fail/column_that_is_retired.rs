//! A former column that a field still reads, or that is named twice.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(retired = "positions", retired = "gone", retired = "gone", retired = "id")]
struct Trading {
    #[config(default = 5)]
    positions: u32,
}

fn main() {}

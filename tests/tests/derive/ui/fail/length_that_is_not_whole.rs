//! Bounds of a length are whole numbers.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = "a", length = 0.5..=8)]
    account: String,
}

fn main() {}

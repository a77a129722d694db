//! A type that serde does not write as text.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5, text)]
    positions: u32,
    #[config(default = Vec::new(), text)]
    tiers: Vec<u32>,
}

fn main() {}

//! A range where there is nothing to compare.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = "a", range = 1..=8)]
    account: String,
    #[config(default = true, range = 0..=1)]
    enabled: bool,
    #[config(default = Vec::new(), json, range = 0..=1)]
    tiers: Vec<u32>,
}

fn main() {}

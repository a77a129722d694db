//! Two ways of storing one field.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = Vec::new(), json, text)]
    tiers: Vec<u32>,
}

fn main() {}

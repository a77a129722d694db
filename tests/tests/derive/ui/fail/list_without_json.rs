//! A list or a map that does not say how it is stored.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = Vec::new())]
    tiers: Vec<u32>,
    levels: Option<std::collections::BTreeMap<String, u32>>,
}

fn main() {}

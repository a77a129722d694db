//! Values listed where there are none to choose from.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = true, one_of = [true])]
    enabled: bool,
    #[config(default = Vec::new(), json, one_of = [Vec::new()])]
    tiers: Vec<u32>,
}

fn main() {}

//! Two values for one word, in one attribute or in two.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(ttl = "60s", ttl = "30s")]
struct Trading {
    #[config(default = 5, restart, restart)]
    #[config(default = 6)]
    positions: u32,
}

fn main() {}

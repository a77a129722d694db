//! A word of the struct on a field, and the other way round.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(default = 5, secret)]
struct Trading {
    #[config(default = 5, ttl = "60s")]
    positions: u32,
}

fn main() {}

//! A time to live that would never let the store rest.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(ttl = "0s")]
struct Trading {}

fn main() {}

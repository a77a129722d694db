//! A block without a key is in memory in any case.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(resident)]
struct Trading {}

fn main() {}

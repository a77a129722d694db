//! A struct whose name says nothing of the block.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Config {}

fn main() {}

//! A value that would have expired before it is read.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(max_stale = "0s")]
struct Trading {}

fn main() {}

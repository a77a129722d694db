//! A struct that has no validator to run.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(validate)]
struct Trading {}

fn main() {}

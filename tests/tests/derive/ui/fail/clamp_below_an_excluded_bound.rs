//! No value is the last one below an excluded bound.
use config_sdk::{ConfigBlock, Decimal};

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 0.5, range = 0..1, clamp)]
    threshold: Decimal,
}

fn main() {}

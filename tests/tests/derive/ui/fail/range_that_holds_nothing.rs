//! A range whose first bound is above its last, or equal to an excluded one.
use config_sdk::{ConfigBlock, Decimal};

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5, range = 10..=1)]
    positions: u32,
    #[config(default = 0.5, range = 0.50..0.5)]
    threshold: Decimal,
    #[config(default = "a", length = 8..=1)]
    account: String,
}

fn main() {}

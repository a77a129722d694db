//! A number that is stored as something else cannot be compared in its table.
use config_sdk::{ConfigBlock, Decimal};

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 0.5, text, range = 0..=1)]
    threshold: Decimal,
    #[config(default = 5, range = 0..=9, json)]
    positions: u32,
}

fn main() {}

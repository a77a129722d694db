//! A default that is not one of the values allowed.
use config_sdk::{ConfigBlock, Decimal};

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = "medium", one_of = ["slow", "fast"])]
    speed: String,
    #[config(default = 0.3, one_of = [0.1, 0.2])]
    step: Decimal,
}

fn main() {}

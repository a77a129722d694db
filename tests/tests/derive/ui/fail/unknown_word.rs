//! A word that nobody knows is shown with those that are known, and with the nearest.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(tll = "60s")]
struct Trading {
    #[config(default = 5, rnage = 1..=10)]
    positions: u32,
    #[config(default = 5, colour(red, green), frequency = map::<A, B>(1))]
    orders: u32,
}

fn main() {}

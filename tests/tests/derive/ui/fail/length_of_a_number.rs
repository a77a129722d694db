//! A length where there is none.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5, length = 1..=8)]
    positions: u32,
    #[config(default = true, length = 1..)]
    enabled: bool,
}

fn main() {}

//! A default that the field's own range would reject, told before the program runs.
use config_sdk::{ConfigBlock, Decimal};

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 101, range = 1..=100)]
    positions: u32,
    #[config(default = -1, range = 0..)]
    offset: i32,
    #[config(default = 1.0000000000000000001, range = 0..=1)]
    threshold: Decimal,
    #[config(default = 0.5, range = 0.0..0.5)]
    ratio: f64,
    #[config(default = "10m", range = "1s"..="5m")]
    pause: std::time::Duration,
    #[config(default = 0x20, range = ..=31)]
    bits: Option<u8>,
}

fn main() {}

//! The compiler shows the default, not the derive.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = five())]
    positions: u32,
    #[config(default = "five")]
    orders: u32,
    #[config(default = 5, range = 0..=LIMIT)]
    lots: u32,
}

const LIMIT: i64 = 5;

fn five() -> String {
    String::new()
}

fn main() {}

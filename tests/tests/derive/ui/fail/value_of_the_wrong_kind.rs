//! A value that the word cannot take is shown with one that it can.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(name = trading, table = 5, ttl = 60, check = "limits_agree", validate = true, crate = "sdk")]
struct Trading {
    #[config(default = 5, range = 5, clamp(true))]
    positions: u32,
    #[config(default = "a", length = 5, one_of = "a", column = name, text = "snake_case")]
    mode: String,
    #[config(default = 1, range = ..)]
    orders: u32,
    #[config(default = 1, one_of = [])]
    lots: u32,
}

fn main() {}

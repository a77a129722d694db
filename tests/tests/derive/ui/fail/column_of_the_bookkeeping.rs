//! A column that the table has for itself.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5)]
    version: u32,
    #[config(default = 5, column = "status")]
    state: u32,
}

fn main() {}

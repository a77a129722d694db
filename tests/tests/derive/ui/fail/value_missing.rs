//! A word that needs a value and has none.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(name, table =)]
struct Trading {
    #[config(default)]
    positions: u32,
    #[config(default = , range)]
    orders: u32,
    #[config]
    lots: Option<u32>,
}

fn main() {}

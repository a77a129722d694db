//! Two words without a comma between them.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5 restart)]
    positions: u32,
    #[config(default = 5, restart secret)]
    orders: u32,
}

fn main() {}

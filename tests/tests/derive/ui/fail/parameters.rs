//! A block with parameters would have as many tables as arguments.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading<'a, T: Clone, const N: usize> {
    #[config(default = 5)]
    positions: u32,
    account: Option<&'a T>,
}

fn main() {}

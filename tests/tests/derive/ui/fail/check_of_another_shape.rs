//! A check returns faults.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(check = Self::is_fine)]
struct Trading {}

impl Trading {
    fn is_fine(&self) -> bool {
        true
    }
}

fn main() {}

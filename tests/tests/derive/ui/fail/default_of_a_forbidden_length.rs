//! A default that is shorter or longer than the field allows.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = "", length = 1..=8)]
    account: String,
    #[config(default = "übergrößen", length = ..10)]
    label: String,
}

fn main() {}

//! The compiler knows whether a type that goes by another name has an order.
use config_sdk::ConfigBlock;

type Account = String;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = "a", range = "a"..)]
    account: Account,
}

fn main() {}

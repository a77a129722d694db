//! A type that is not in scope is said once.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key(session: Uuid))]
struct Session {}

fn main() {}

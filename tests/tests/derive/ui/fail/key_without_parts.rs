//! A key that does not say what it consists of.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key())]
struct Empty {}

#[derive(ConfigBlock)]
#[config(key, resident)]
struct Alone {}

#[derive(ConfigBlock)]
#[config(key = "guild_id", adopt)]
struct Text {}

fn main() {}

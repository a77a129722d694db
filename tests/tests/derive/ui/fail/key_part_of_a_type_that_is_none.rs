//! The compiler says of a type that it cannot be a part of a key.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key(symbol: String, weight: f64))]
struct Strategy {}

#[derive(ConfigBlock)]
#[config(key(guild_id: Option<String>), resident)]
struct Bytes {}

fn main() {}

//! A part of a key is a name and an owned type, and there are commas between them.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key(guild_id, "channel": String, user_id:, thread: &str))]
struct Bytes {}

#[derive(ConfigBlock)]
#[config(key(String))]
struct TypeAlone {}

#[derive(ConfigBlock)]
#[config(key(symbol: String strategy: String, venue = String))]
struct Strategy {}

fn main() {}

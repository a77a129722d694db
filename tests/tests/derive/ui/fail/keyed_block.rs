//! Words of a later release say so.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key(guild_id: String), resident, adopt)]
struct Bytes {
    #[config(default = 5)]
    amount: u32,
}

fn main() {}

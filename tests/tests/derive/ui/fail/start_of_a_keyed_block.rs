//! What a start does is nothing to copies that are read later.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key(guild_id: String), on_boot = "require")]
struct Bounded {
    #[config(default = 5, restart)]
    amount: u32,
}

#[derive(ConfigBlock)]
#[config(key(symbol: String), resident, on_boot = "require")]
struct Resident {
    #[config(default = 5, restart)]
    amount: u32,
    #[config(restart)]
    venue: Option<String>,
}

fn main() {}

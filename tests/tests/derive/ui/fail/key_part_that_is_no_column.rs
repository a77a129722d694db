//! A part of a key is a column: one of its own, that was never anything else.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key(GuildId: String, version: u64, symbol: String, symbol: String))]
struct Names {}

#[derive(ConfigBlock)]
#[config(key(guild: String, member: u64, channel: String), retired = "channel")]
struct Taken {
    guild: Option<String>,
    #[config(column = "member")]
    moderator: Option<u64>,
}

/// An adopted table has no bookkeeping, and so its columns may have those names.
#[derive(ConfigBlock)]
#[config(key(id: i64, Status: String), adopt)]
struct Adopted {
    version: Option<String>,
}

fn main() {}

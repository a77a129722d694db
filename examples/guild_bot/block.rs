//! The block of a guild, in a table that was there before the bot read it by this library.

use config_sdk::ConfigBlock;

use crate::rewards::RoleRewards;

/// How a guild's currency works. What is out of its bounds is brought into them, with a warning.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "bytes", table = "bytes_configs", key(guild_id: String), adopt, ttl = "5m")]
pub(crate) struct BytesConfig {
    /// What a new member has.
    #[config(default = 100, range = 0..=10_000, clamp)]
    pub(crate) starting_balance: i64,
    /// What a member may take each day.
    #[config(default = 10, range = 1..=1000, clamp)]
    pub(crate) daily_amount: i64,
    /// The most that one member may give another at once.
    #[config(default = 1000, range = 1..=100_000, clamp)]
    pub(crate) max_transfer: i64,
    /// Hours between two times that a member takes the daily amount.
    #[config(default = 24, range = 1..=168, clamp)]
    pub(crate) cooldown_hours: i64,
    /// The balance from which a member has a role, by the role's id.
    #[config(default = RoleRewards::default(), json)]
    pub(crate) role_rewards: RoleRewards,
}

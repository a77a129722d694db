//! A block needs no other derive, and nothing in scope but the derive itself.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 5, range = 1..=100)]
    positions: u32,
    account: Option<String>,
}

#[derive(ConfigBlock)]
struct Empty {}

#[derive(ConfigBlock)]
#[config(key(guild_id: String), resident, adopt)]
struct Bytes {}

fn main() {
    let trading = Trading::default();
    assert_eq!((trading.positions, trading.account), (5, None));
    let Empty {} = Empty::default();
    let Bytes {} = Bytes::default();
}

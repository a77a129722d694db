//! Mistakes in a keyed block add none where it is used.
use config_sdk::{ConfigBlock, KeyFor, KeyedBlock, ResidentBlock};

#[derive(ConfigBlock)]
#[config(key(symbol, id: String), residnt, on_boot = "require")]
struct Strategy {
    symbol: u32,
    #[config(default = 5, restart)]
    period: u32,
}

#[derive(ConfigBlock)]
#[config(kye(guild_id: String), resident, key)]
struct Bytes {}

#[derive(ConfigBlock)]
#[config(key(guild_id: u64), key(id: u64), resident(all), adopt = true)]
struct Role {}

#[derive(ConfigBlock)]
#[config(key(guild_id: u64))]
enum Mode {
    Fast,
}

fn read<B: KeyedBlock>(_key: impl KeyFor<B::Key>) {}
fn load<B: ResidentBlock>(_key: impl KeyFor<B::Key>) {}

fn main() {
    read::<Strategy>(("ETH/USDT", "momentum"));
    load::<Strategy>(("ETH/USDT", "momentum"));
    load::<Bytes>("guild-1");
    load::<Role>(5);
    read::<Mode>("fast");
}

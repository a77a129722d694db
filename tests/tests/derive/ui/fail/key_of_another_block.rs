//! A read with a key of another number of parts, or with parts of other types.
use config_sdk::{ConfigBlock, KeyFor, KeyedBlock};

#[derive(ConfigBlock)]
#[config(key(guild_id: String))]
struct Bytes {}

#[derive(ConfigBlock)]
#[config(key(symbol: String, strategy: u32))]
struct Strategy {}

fn read<B: KeyedBlock>(_key: impl KeyFor<B::Key>) {}

fn main() {
    read::<Bytes>(("guild-1", "general"));
    read::<Bytes>(5);
    read::<Strategy>("ETH/USDT");
    read::<Strategy>(("ETH/USDT", 5, 6));
    read::<Strategy>(("ETH/USDT", "5"));
}

//! What only resident blocks can do, asked of a bounded one.
use config_sdk::{ConfigBlock, ResidentBlock};

#[derive(ConfigBlock)]
#[config(key(guild_id: String))]
struct Bytes {}

fn at_once<B: ResidentBlock>() {}

fn main() {
    at_once::<Bytes>();
}

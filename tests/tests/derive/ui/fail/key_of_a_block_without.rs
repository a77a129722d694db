//! What only keyed blocks can do, asked of a block without a key.
use config_sdk::{ConfigBlock, KeyedBlock, ResidentBlock};

#[derive(ConfigBlock)]
struct Trading {}

fn by_key<B: KeyedBlock>() {}
fn at_once<B: ResidentBlock>() {}

fn main() {
    by_key::<Trading>();
    at_once::<Trading>();
}

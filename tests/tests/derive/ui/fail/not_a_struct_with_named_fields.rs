//! What has no named fields has no columns.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
enum Mode {
    Fast,
}

#[derive(ConfigBlock)]
union Bits {
    whole: u32,
}

#[derive(ConfigBlock)]
struct Pair(u32, u32);

#[derive(ConfigBlock)]
struct Nothing;

fn main() {}

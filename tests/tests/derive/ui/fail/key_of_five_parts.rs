//! A key has at most four parts.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(key(a: String, b: String, c: String, d: u8, e: u8, f: u8))]
struct Strategy {}

fn main() {}

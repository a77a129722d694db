//! What to do once stale for too long, without saying how long that is.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(on_stale = "default")]
struct Trading {}

fn main() {}

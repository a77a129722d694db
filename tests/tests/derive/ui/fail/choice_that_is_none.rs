//! What to do at boot, or once stale, is one of two.
use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(on_boot = "defaults", max_stale = "10m", on_stale = "fail")]
struct Trading {}

fn main() {}

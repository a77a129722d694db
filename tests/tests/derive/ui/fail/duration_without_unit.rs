//! A length of time that does not say of what.
use std::time::Duration;

use config_sdk::ConfigBlock;

#[derive(ConfigBlock)]
#[config(ttl = "60", max_stale = "soon")]
struct Trading {
    #[config(default = "60")]
    pause: Duration,
    #[config(default = 60)]
    timeout: Duration,
    #[config(default = "60s", range = "1 parsec"..)]
    delay: Duration,
}

fn main() {}

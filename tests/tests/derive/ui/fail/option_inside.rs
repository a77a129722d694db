//! An Option goes around everything else.
use config_sdk::{ConfigBlock, Secret};

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = Secret::new(None))]
    token: Secret<Option<String>>,
    account: Option<Option<String>>,
}

fn main() {}

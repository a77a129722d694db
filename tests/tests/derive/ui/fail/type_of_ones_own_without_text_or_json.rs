//! The compiler says of a type that we do not know how it could be stored.
use config_sdk::ConfigBlock;

enum Mode {
    Fast,
}

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = Mode::Fast)]
    mode: Mode,
}

fn main() {}

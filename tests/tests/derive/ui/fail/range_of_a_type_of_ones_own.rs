//! The compiler knows whether a type that we do not know has an order.
use config_sdk::ConfigBlock;

#[derive(serde::Serialize, serde::Deserialize)]
enum Mode {
    Fast,
}

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = Mode::Fast, text, range = Mode::Fast..)]
    mode: Mode,
}

fn main() {}

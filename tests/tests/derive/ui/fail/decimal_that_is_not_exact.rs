//! A number literal that a Decimal cannot take as it is written.
use config_sdk::{ConfigBlock, Decimal};

#[derive(ConfigBlock)]
struct Trading {
    #[config(default = 0.12345678901234567890123456789)]
    threshold: Decimal,
    #[config(default = 1, range = 0..=79228162514264337593543950336)]
    volume: Decimal,
    #[config(default = 1.5f64)]
    factor: Decimal,
    #[config(default = "0.70")]
    score: Option<Decimal>,
}

fn main() {}

//! The same values from a file, by config-rs; it does not follow changes.

mod block;

use block::TradingConfig;
use config::{Config, File};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::builder().add_source(File::with_name("trading.json")).build()?;
    let trading: TradingConfig = config.try_deserialize()?;
    println!("{}", trading.score_threshold);
    Ok(())
}

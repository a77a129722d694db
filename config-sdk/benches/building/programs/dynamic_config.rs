//! The same values from a file, by dynamic-config, read again when told to.

mod block;

use block::TradingConfig;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = TradingConfig::builder("trading").file("trading.json");
    builder.init()?;
    println!("{}", TradingConfig::current().score_threshold);
    builder.init()?;
    println!("{}", TradingConfig::current().score_threshold);
    Ok(())
}

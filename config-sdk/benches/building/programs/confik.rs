//! The same values from a file, by confik, read again when told to.

mod block;

use block::TradingConfig;
use confik::{Configuration, FileSource, ReloadableConfig};

impl ReloadableConfig for TradingConfig {
    type Error = confik::Error;

    fn build() -> Result<Self, Self::Error> {
        Self::builder().override_with(FileSource::new("trading.json")).try_build()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = TradingConfig::reloading()?;
    println!("{}", config.load().score_threshold);
    config.reload()?;
    println!("{}", config.load().score_threshold);
    Ok(())
}

//! A value that changes while the program runs.

use config_sdk::{Config, ConfigBlock, Decimal};

/// When to open a position.
#[derive(ConfigBlock)]
struct TradingConfig {
    /// Lowest score that opens one.
    #[config(default = 0.70, range = 0..=1)]
    score_threshold: Decimal,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("CONFIG_URL").unwrap_or("sqlite:config.db".to_owned());
    let builder = Config::builder().block::<TradingConfig>();
    let config = builder.url(&url).migrate().start().await?;
    let mut changes = config.subscribe::<TradingConfig>();
    let trading = config.get::<TradingConfig>();
    println!("score_threshold is {}", trading.score_threshold);
    while let Some(change) = changes.next().await {
        println!("score_threshold is {} now", change.new.score_threshold);
    }
    Ok(())
}

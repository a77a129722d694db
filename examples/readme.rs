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
    let config = Config::builder()
        .block::<TradingConfig>()
        .url(&url)
        .migrate()
        .start()
        .await?;
    let mut changes = config.subscribe::<TradingConfig>();
    println!(
        "score_threshold is {}",
        config.get::<TradingConfig>().score_threshold
    );
    while let Some(change) = changes.next().await {
        println!("score_threshold is {} now", change.new.score_threshold);
    }
    Ok(())
}

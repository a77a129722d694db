//! One block, followed as it changes.

mod block;

use block::TradingConfig;
use config_sdk::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("CONFIG_URL")?;
    let config = Config::builder().block::<TradingConfig>().url(&url).start().await?;
    let mut changes = config.subscribe::<TradingConfig>();
    println!("{}", config.get::<TradingConfig>().score_threshold);
    while changes.next().await.is_some() {
        println!("{}", config.get::<TradingConfig>().score_threshold);
    }
    Ok(())
}

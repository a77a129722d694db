//! What was wrong once, each by the story of how it went wrong.

mod disk;
mod memory;
mod stores;
mod texts;

use std::time::Duration;

use config_sdk::{Config, ConfigBlock, MemoryStore};

const SOON: Duration = Duration::from_secs(5);

/// A program with one block, on this store.
async fn on<T: ConfigBlock>(store: &MemoryStore) -> Config {
    Config::builder().block::<T>().store(store.clone()).start().await.expect("a start")
}

#[derive(Debug, PartialEq, ConfigBlock)]
struct LimitsConfig {
    #[config(default = 5, range = 1..=100)]
    most: u32,
}

//! The last good copies of a resident block on disk: for a start while the store is away.

use std::path::Path;
use std::time::Duration;

use config_sdk::{
    BlockState, Config, ConfigBlock, KeyedOptions, MemoryStore, Origin, Secret, StartError,
};

use crate::blocks::{HOUR, PlanConfig, SOON, plan};

/// The store has to have answered once.
#[derive(ConfigBlock)]
#[config(key(name: String), resident, on_boot = "require")]
struct RegionConfig {
    #[config(default = 1)]
    weight: u32,
    #[config(secret)]
    token: Option<Secret<String>>,
}

async fn start(store: &MemoryStore, folder: &Path) -> Result<Config, StartError> {
    let builder = Config::builder()
        .keyed::<PlanConfig>(KeyedOptions::new())
        .keyed::<RegionConfig>(KeyedOptions::new());
    let builder = builder.store(store.clone()).ttl(HOUR).last_good_dir(folder);
    builder.start_timeout(Duration::from_millis(200)).start().await
}

#[tokio::test]
async fn copies_come_back_from_disk_without_their_secrets_and_follow_the_store_when_it_is_back() {
    let (folder, store) = (tempfile::tempdir().unwrap(), MemoryStore::new());
    store.set("plan", [("stop", "9")]);
    store.set_key("plan", &plan("ETH/USDT", "a"), [("size", "5")]);
    store.set_key("plan", &plan("BTC/USDT", "a"), [("size", "6")]);
    let region = config_sdk::Key::new(["eu"]).unwrap();
    store.set_key("region", &region, [("weight", "7"), ("token", "hush")]);
    let config = start(&store, folder.path()).await.unwrap();
    assert!(config.keyed::<RegionConfig>().load("eu").token.is_some());
    let epoch = store.remove_key("plan", &plan("BTC/USDT", "a"));
    config.wait_for(epoch, SOON).await.unwrap();
    config.shutdown().await;

    store.fail("gone");
    let config = start(&store, folder.path()).await.unwrap();
    let plans = config.keyed::<PlanConfig>();
    let copy = plans.load(("ETH/USDT", "a"));
    assert_eq!((copy.size, copy.stop, copy.meta().origin), (5, 9, Origin::Disk));
    assert_eq!(plans.load(("BTC/USDT", "a")).size, 1, "what was removed does not come back");
    assert_eq!(config.snapshot().keyed::<PlanConfig>().load(("ETH/USDT", "a")).size, 5);
    let regions = config.keyed::<RegionConfig>();
    assert_eq!((regions.load("eu").weight, regions.load("eu").token.is_none()), (7, true));
    assert!(matches!(config.status().keyed("plan").unwrap().state, BlockState::Stale { .. }));
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        assert!(!std::fs::read_to_string(entry.path()).unwrap().contains("hush"));
    }

    store.heal();
    let epoch = store.set_key("plan", &plan("BTC/USDT", "a"), [("size", "8")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(plans.load(("BTC/USDT", "a")).size, 8);
    assert_eq!(plans.load(("ETH/USDT", "a")).meta().origin, Origin::Store);
    assert!(regions.load("eu").token.is_some());
}

#[tokio::test]
async fn a_resident_block_that_is_required_fails_a_start_without_store_and_file() {
    let (folder, store) = (tempfile::tempdir().unwrap(), MemoryStore::new());
    store.fail("gone");
    let error = start(&store, folder.path()).await.unwrap_err().to_string();
    assert!(error.starts_with("no value for region, which start requires: "), "{error}");
}

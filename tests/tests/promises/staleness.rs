//! A block that is stale for longer than it allows expires, and is served or falls back as it says.

use config_sdk::{BlockState, Config, ConfigBlock, Event, MemoryStore, Origin};
use config_tests::wait;

use crate::log;
use crate::stage::{self, SOON};

#[derive(ConfigBlock)]
#[config(max_stale = "200ms")]
struct ServedConfig {
    #[config(default = 1)]
    number: u32,
}

#[derive(ConfigBlock)]
#[config(max_stale = "200ms", on_stale = "default")]
struct DroppedConfig {
    #[config(default = 1)]
    number: u32,
}

#[derive(ConfigBlock)]
struct PatientConfig {
    #[config(default = 1)]
    number: u32,
}

async fn start(store: &MemoryStore) -> Config {
    let builder = Config::builder().block::<ServedConfig>().block::<DroppedConfig>();
    let builder = builder.block::<PatientConfig>().store(store.clone());
    builder.ttl(std::time::Duration::from_millis(50)).start().await.unwrap()
}

fn numbers(config: &Config) -> (u32, u32, u32) {
    (
        config.get::<ServedConfig>().number,
        config.get::<DroppedConfig>().number,
        config.get::<PatientConfig>().number,
    )
}

#[tokio::test]
async fn a_block_stale_for_too_long_expires_and_is_served_or_falls_back_as_it_says() {
    log::keep();
    let store = MemoryStore::new();
    store.transaction(|edit| {
        for block in ["served", "dropped", "patient"] {
            edit.set(block, "number", "7");
        }
    });
    let config = start(&store).await;
    assert_eq!(numbers(&config), (7, 7, 7));
    store.fail("gone fishing");
    config.refresh_all().await.unwrap();
    let mut events = config.events();
    let expired = |name| matches!(stage::state(&config, name), BlockState::Expired { .. });
    wait::until("expiry", SOON, || async { expired("served") && expired("dropped") }).await;
    assert_eq!(numbers(&config), (7, 1, 7));
    assert!(matches!(stage::state(&config, "patient"), BlockState::Stale { .. }));
    assert_eq!(config.get::<DroppedConfig>().meta().origin, Origin::Default);
    assert_eq!(config.get::<ServedConfig>().meta().origin, Origin::Store);
    let mut told = Vec::new();
    while told.len() < 2 {
        if let Some(Event::Expired { block }) = stage::soon(events.next()).await {
            told.push(block);
        }
    }
    told.sort_unstable();
    assert_eq!(told, ["dropped", "served"]);
    assert_eq!(log::warnings("stale for longer than the block allows").len(), 2);

    store.heal();
    wait::until("the values", SOON, || async { numbers(&config) == (7, 7, 7) }).await;
    stage::status(&config, "fresh blocks", config_sdk::Status::is_ready).await;
}

#[tokio::test]
async fn a_store_that_answers_keeps_blocks_from_expiring_although_nothing_changes() {
    let store = MemoryStore::new();
    let config = start(&store).await;
    let asked = store.fetches();
    wait::until("a second of polls", SOON, || async { store.fetches() > asked + 20 }).await;
    assert_eq!(stage::state(&config, "served"), BlockState::Fresh);
    assert_eq!(stage::state(&config, "dropped"), BlockState::Fresh);
}

#[tokio::test]
async fn a_value_that_went_back_to_the_defaults_tells_its_subscribers() {
    let store = MemoryStore::new();
    store.set("dropped", [("number", "7")]);
    let config = start(&store).await;
    let mut changes = config.subscribe::<DroppedConfig>();
    store.fail("gone fishing");
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!((change.old.number, change.new.number), (7, 1));
    store.heal();
    let change = stage::soon(changes.next()).await.unwrap();
    assert_eq!((change.old.number, change.new.number), (1, 7));
}

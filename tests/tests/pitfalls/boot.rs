//! Traps of defaults, of starting, and of being ready.

use std::time::Duration;

use config_sdk::{BlockState, Config, ConfigBlock, MemoryStore, Origin, StartError};
use config_tests::wait;

use crate::stage::{SOON, Trading, builder, on, sees, state};

/// Defaults at a cold start can be worse than not starting (airbyte #26498): each block says which.
#[tokio::test]
async fn a_block_that_requires_its_store_does_not_start_without_it() {
    #[derive(Debug, ConfigBlock)]
    #[config(on_boot = "require")]
    struct Limits {
        #[config(default = 1)]
        most: u32,
    }
    let store = MemoryStore::new();
    store.fail("the network is cut");
    let builder = Config::builder().block::<Limits>().store(store);
    let started = builder.start_timeout(Duration::from_millis(300)).start().await;
    let Err(StartError::Required { blocks, reason }) = started else {
        panic!("it started");
    };
    assert_eq!((blocks, reason.as_str()), (vec!["limits"], "the network is cut"));
    assert_eq!(Limits::default().most, 1);
}

/// A default from a failed read, cached as if it were an answer (a well-known options store).
#[tokio::test]
async fn a_default_that_stands_in_for_a_failed_read_is_not_kept() {
    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "0.8")]);
    store.fail("the network is cut");
    let builder = builder().store(store.clone()); // with a ttl of an hour
    let config = builder.start_timeout(Duration::from_millis(300)).start().await.unwrap();
    assert_eq!(config.get::<Trading>().meta().origin, Origin::Default);
    assert!(matches!(state(&config), BlockState::Stale { .. }));
    store.heal();
    sees(&config, "0.8").await;
    assert_eq!(state(&config), BlockState::Fresh);
}

/// Ready latched on the first sync; one of eight replicas was hours stale while ready (flagd #2017).
#[tokio::test]
async fn readiness_goes_back_and_staleness_is_dated() {
    let store = MemoryStore::new();
    let config = on(&store).await;
    assert!(config.ready(SOON).await);
    store.fail("the network is cut");
    let stale = wait::until("a stale block", SOON, || async {
        match state(&config) {
            BlockState::Stale { since } => Ok(since),
            other => Err(other),
        }
    })
    .await;
    assert!(!config.status().is_ready());
    assert!(!config.ready(Duration::from_millis(10)).await);
    assert_eq!(config.status().block("trading").unwrap().last_success, Some(stale));
    store.heal();
    assert!(config.ready(SOON).await);
}

/// A deleted value does not stay: without a row, the defaults hold.
#[tokio::test]
async fn a_deleted_row_does_not_come_back_from_memory() {
    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "0.8")]);
    let config = on(&store).await;
    store.remove("trading");
    sees(&config, "0.70").await;
    store.fail("the network is cut");
    config.refresh_all().await.unwrap();
    store.heal();
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.70");
}

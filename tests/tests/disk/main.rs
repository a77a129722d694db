//! The last good values on disk: for a start while the store is away.

use std::path::{Path, PathBuf};
use std::time::Duration;

use config_sdk::{
    BlockState, Config, ConfigBlock, KeptState, MemoryStore, Origin, Secret, StartError, StoreState,
};
use config_tests::wait;
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(5);

#[derive(Debug, PartialEq, ConfigBlock)]
struct LimitsConfig {
    #[config(default = 5, range = 1..=100)]
    most: u32,
    #[config(default = 1, restart)]
    threads: u32,
    #[config(secret)]
    token: Option<Secret<String>>,
}

#[derive(Debug, PartialEq, ConfigBlock)]
#[config(on_boot = "require")]
struct RiskConfig {
    #[config(default = 20)]
    max_drawdown_pct: u32,
}

/// It cannot do without its secret.
#[derive(ConfigBlock)]
struct LoginConfig {
    #[config(default = "nobody")]
    user: String,
    #[config(default = "")]
    password: Secret<String>,
}

/// The same table, another time.
mod later {
    use super::ConfigBlock;

    #[derive(Debug, ConfigBlock)]
    #[config(name = "limits")]
    pub(crate) struct Narrower {
        #[config(default = 5, range = 1..=7)]
        pub(crate) most: u32,
        #[config(default = 1, restart)]
        pub(crate) threads: u32,
        #[config(secret)]
        pub(crate) token: Option<super::Secret<String>>,
    }

    #[derive(Debug, ConfigBlock)]
    #[config(name = "limits")]
    pub(crate) struct Retyped {
        #[config(default = "few")]
        pub(crate) most: String,
    }
}

/// A program's life: starts on `store`, and ends when the returned value is shut down.
async fn start<T: ConfigBlock>(store: &MemoryStore, folder: &Path) -> Result<Config, StartError> {
    let builder = Config::builder().block::<T>().store(store.clone());
    let builder = builder.last_good_dir(folder).start_timeout(Duration::from_millis(200));
    builder.start().await
}

/// A program has run with these values, and ended.
async fn after_a_life_with<const N: usize>(columns: [(&str, &str); N]) -> (TempDir, MemoryStore) {
    let (folder, store) = (tempfile::tempdir().expect("a folder"), MemoryStore::new());
    store.set("limits", columns);
    let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
    config.shutdown().await;
    store.fail("gone");
    (folder, store)
}

fn file(folder: &Path) -> PathBuf {
    let files = std::fs::read_dir(folder).expect("a folder");
    let mut files = files.map(|file| file.expect("a file").path());
    let file = files.next().expect("one file");
    assert_eq!(files.next(), None, "nothing else is left behind");
    file
}

#[tokio::test]
async fn the_store_down_at_boot_gives_the_last_good_value_and_says_so() {
    let (folder, store) = after_a_life_with([("most", "8"), ("threads", "4")]).await;
    let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
    let limits = config.get::<LimitsConfig>();
    assert_eq!((limits.most, limits.threads), (8, 4));
    assert_eq!((limits.meta().origin, limits.meta().version), (Origin::Disk, 1));
    let status = config.status();
    assert!(matches!(status.store, StoreState::Unreachable { .. }));
    let BlockState::Stale { since } = status.blocks[0].state else {
        panic!("{status}");
    };
    assert_eq!(Some(since), status.blocks[0].last_success, "the file's time");
    assert!(status.to_string().contains("readers get the last good value from disk"), "{status}");
    assert_eq!(status.kept, KeptState::Kept);
    assert!(!config.ready(Duration::ZERO).await);

    // The store comes back with another value, and is believed at once.
    store.heal();
    let epoch = store.set("limits", [("most", "9"), ("threads", "6")]);
    config.wait_for(epoch, SOON).await.expect("the store's value");
    let limits = config.get::<LimitsConfig>();
    assert_eq!((limits.most, limits.meta().origin), (9, Origin::Store));
    assert_eq!(limits.threads, 4, "kept from the start, which was from disk");
    assert_eq!(config.status().blocks[0].pending_restart, ["threads"]);
}

#[tokio::test]
async fn a_deleted_row_does_not_come_back_from_the_dead() {
    let (folder, store) = (tempfile::tempdir().expect("a folder"), MemoryStore::new());
    store.set("limits", [("most", "8")]);
    let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
    let epoch = store.remove("limits");
    config.wait_for(epoch, SOON).await.expect("its end");
    config.shutdown().await;
    store.fail("gone");
    let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
    let limits = config.get::<LimitsConfig>();
    assert_eq!((limits.most, limits.meta().origin), (5, Origin::Default));
}

#[tokio::test]
async fn what_is_on_disk_is_enough_for_a_block_that_requires_a_value() {
    let (folder, store) = (tempfile::tempdir().expect("a folder"), MemoryStore::new());
    store.fail("gone");
    let error = start::<RiskConfig>(&store, folder.path()).await.expect_err("nothing yet");
    assert!(error.to_string().contains("risk"), "{error}");
    store.heal();
    store.set("risk", [("max_drawdown_pct", "15")]);
    start::<RiskConfig>(&store, folder.path()).await.expect("a start").shutdown().await;
    store.fail("gone");
    let config = start::<RiskConfig>(&store, folder.path()).await.expect("from disk");
    assert_eq!(config.get::<RiskConfig>().max_drawdown_pct, 15);
}

#[tokio::test]
async fn a_row_rejected_at_boot_leaves_the_value_on_disk() {
    let (folder, store) = after_a_life_with([("most", "8")]).await;
    store.heal();
    store.set("limits", [("most", "800")]);
    let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
    let limits = config.get::<LimitsConfig>();
    assert_eq!((limits.most, limits.meta().origin), (8, Origin::Disk));
    assert!(matches!(config.status().blocks[0].state, BlockState::Rejected { .. }));
}

#[tokio::test]
async fn secrets_are_not_on_disk_and_a_block_that_needs_one_is_not_kept() {
    let (folder, store) = after_a_life_with([("most", "8"), ("token", "hunter2")]).await;
    let text = std::fs::read_to_string(file(folder.path())).expect("text");
    assert!(text.contains("most") && !text.contains("hunter2"), "{text}");
    let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
    assert_eq!(config.get::<LimitsConfig>().token, None);

    let (folder, store) = (tempfile::tempdir().expect("a folder"), MemoryStore::new());
    store.set("login", [("user", "app"), ("password", "hunter2")]);
    let config = start::<LoginConfig>(&store, folder.path()).await.expect("a start");
    assert_eq!(config.get::<LoginConfig>().password.expose(), "hunter2");
    config.shutdown().await;
    let text = std::fs::read_to_string(file(folder.path())).expect("text");
    assert!(!text.contains("hunter2") && !text.contains("\"app\""), "{text}");
    store.fail("gone");
    let config = start::<LoginConfig>(&store, folder.path()).await.expect("a start");
    assert_eq!(config.get::<LoginConfig>().user, "nobody");
}

#[tokio::test]
async fn a_damaged_or_foreign_file_is_never_half_used_and_is_replaced() {
    let (folder, store) = after_a_life_with([("most", "8")]).await;
    let path = file(folder.path());
    let whole = std::fs::read(&path).expect("bytes");
    let half = whole[..whole.len() / 2].to_vec();
    for bytes in [half, b"rubbish".to_vec(), Vec::new(), vec![0xff; 100]] {
        std::fs::write(&path, bytes).expect("written");
        let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
        assert_eq!(config.get::<LimitsConfig>().most, 5);
        assert_eq!(config.get::<LimitsConfig>().meta().origin, Origin::Default);
    }
    store.heal();
    let config = start::<LimitsConfig>(&store, folder.path()).await.expect("a start");
    wait::until("a whole file", SOON, || async {
        std::fs::read(&path).is_ok_and(|bytes| bytes.starts_with(&whole[..20]))
    })
    .await;
    config.shutdown().await;
}

#[tokio::test]
async fn a_value_that_todays_rules_refuse_or_another_type_kept_is_not_used() {
    let (folder, store) = after_a_life_with([("most", "8")]).await;
    let config = start::<later::Narrower>(&store, folder.path()).await.expect("a start");
    assert_eq!(
        (config.get::<later::Narrower>().most, config.get::<later::Narrower>().threads),
        (5, 1)
    );
    assert_eq!(config.get::<later::Narrower>().token, None);
    config.shutdown().await;
    let config = start::<later::Retyped>(&store, folder.path()).await.expect("a start");
    assert_eq!(config.get::<later::Retyped>().most, "few");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_costs_a_warning_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a file");
    std::fs::write(&path, "in the way").expect("written");
    let store = MemoryStore::new();
    let config = start::<LimitsConfig>(&store, &path).await.expect("a start");
    let epoch = store.set("limits", [("most", "8")]);
    config.wait_for(epoch, SOON).await.expect("the value");
    assert_eq!(config.get::<LimitsConfig>().most, 8);
    config.shutdown().await;
}

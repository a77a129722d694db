//! The last good values on disk.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use config_sdk::{Config, ConfigBlock, MemoryStore, Origin, SqliteStore};

use config_tests::wait;

use crate::{LimitsConfig, SOON};

async fn start<T: ConfigBlock>(store: &MemoryStore, folder: &Path) -> Config {
    let builder = Config::builder().block::<T>().store(store.clone()).last_good_dir(folder);
    builder.start_timeout(Duration::from_millis(100)).start().await.expect("a start")
}

#[tokio::test]
async fn what_another_store_left_on_disk_is_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let staging = MemoryStore::new();
    staging.set("limits", [("most", "42")]);
    start::<LimitsConfig>(&staging, folder.path()).await.shutdown().await;
    let production = SqliteStore::new(folder.path().join("away.db"));
    let builder = Config::builder().block::<LimitsConfig>().store(production);
    let builder = builder.last_good_dir(folder.path());
    let config = builder.start_timeout(Duration::from_millis(100)).start().await.expect("a start");
    assert_eq!(config.get::<LimitsConfig>().most, 5);
    assert_eq!(config.get::<LimitsConfig>().meta().origin, Origin::Default);
}

#[tokio::test]
async fn what_could_not_be_written_is_written_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kept");
    std::fs::write(&path, "in the way of a folder").expect("written");
    let store = MemoryStore::new();
    let config = start::<LimitsConfig>(&store, &path).await;
    let epoch = store.set("limits", [("most", "8")]);
    config.wait_for(epoch, SOON).await.expect("the change");
    tokio::time::timeout(SOON, async {
        while config.status().epoch < epoch {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the epoch");
    std::fs::remove_file(&path).expect("out of the way");
    config.shutdown().await;
    store.fail("gone");
    let config = start::<LimitsConfig>(&store, &path).await;
    assert_eq!(config.get::<LimitsConfig>().most, 8);
}

#[tokio::test]
async fn a_value_that_was_confirmed_long_after_it_changed_is_not_old() {
    #[derive(Debug, ConfigBlock)]
    #[config(name = "limits", max_stale = "30s", on_stale = "default", ttl = "100ms")]
    struct StrictConfig {
        #[config(default = 5)]
        most: u32,
    }
    let folder = tempfile::tempdir().expect("a folder");
    let store = MemoryStore::new();
    store.set("limits", [("most", "42")]);
    let config = start::<StrictConfig>(&store, folder.path()).await;
    let file = || {
        let mut files = std::fs::read_dir(folder.path()).ok()?.filter_map(Result::ok);
        // Hidden ones are still being written.
        let file = files.find(|file| !file.file_name().to_string_lossy().starts_with('.'))?;
        Some(file.path())
    };
    let path = wait::until("the file", SOON, || async { file() }).await;
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    let old = File::options().write(true).open(&path).expect("open");
    old.set_modified(long_ago).expect("aged");
    let whole = std::fs::read(&path).expect("bytes");
    wait::until("the store's word for it", 2 * SOON, || async {
        path.metadata().and_then(|file| file.modified()).is_ok_and(|time| time > long_ago)
    })
    .await;
    assert_eq!(std::fs::read(&path).expect("bytes"), whole, "marked, and not written again");
    config.shutdown().await;
    store.fail("gone");
    let config = start::<StrictConfig>(&store, folder.path()).await;
    assert_eq!(config.get::<StrictConfig>().most, 42);
}

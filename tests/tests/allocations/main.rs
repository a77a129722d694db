//! No read allocates: counted by the allocator, thread by thread.

mod keyed;

use allocation_counter::measure;
use config_sdk::{Config, ConfigBlock, MemoryStore};

#[derive(ConfigBlock)]
struct LimitsConfig {
    #[config(default = 5)]
    most: u32,
    #[config(default = "a text that lives on the heap")]
    name: String,
}

#[test]
fn no_read_allocates() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = MemoryStore::new();
    store.set("limits", [("most", "7")]);
    let start = Config::builder().block::<LimitsConfig>().store(store).start();
    let config = runtime.block_on(start).unwrap();
    let read = |config: &Config| config.get::<LimitsConfig>().most as usize;
    let with = |config: &Config| config.with(|limits: &LimitsConfig| limits.name.len());
    let mut handle = config.handle::<LimitsConfig>();
    // The first read of a thread makes room for its copies.
    assert_eq!((read(&config), with(&config)), (7, 29));

    none("get", || read(&config));
    none("try_get", || config.try_get::<LimitsConfig>().unwrap().name.len());
    none("with", || with(&config));
    none("handle", || handle.load().name.len());
    none("snapshot", || config.snapshot().get::<LimitsConfig>().name.len());
    none("meta", || config.get::<LimitsConfig>().meta().version as usize);
    none("into_arc", || config.get::<LimitsConfig>().into_arc().name.len());
    none("clone", || config.clone().get::<LimitsConfig>().name.len());
}

#[test]
fn what_allocates_is_counted() {
    let text = String::from("text");
    assert_eq!(measure(|| drop(text.clone())).count_total, 1);
}

fn none(what: &str, mut read: impl FnMut() -> usize) {
    let allocated = measure(|| assert!((0..1000).all(|_| read() > 0)));
    assert_eq!(allocated.count_total, 0, "{what} allocates");
}

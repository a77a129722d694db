//! A store in memory does to operators what it was told to do to readers, and logs what tests write.

use std::time::Duration;

use config_sdk::testing::conformance::{blocks, keyed_blocks};
use config_sdk::{
    Deed, Done, Entry, Key, MemoryStore, Place, Source, Store, Texts, Write, WriteError, Writer,
};

fn writer(store: &MemoryStore) -> &dyn Writer {
    store.store().unwrap().writer().unwrap()
}

fn place() -> Place {
    Place { block: blocks()[0], key: None }
}

fn noting(note: &str) -> Write {
    let texts = Texts([("note".to_owned(), Some(note.to_owned()))].into());
    let mut write = Write::default();
    write.entries = vec![Entry::new(place(), None, Deed::Set(texts))];
    write
}

#[tokio::test(start_paused = true)]
async fn a_store_in_memory_misbehaves_towards_operators_too() {
    let store = MemoryStore::new();
    let (patience, write) = (Duration::from_secs(5), noting("late"));
    store.fail("the cable is cut");
    match writer(&store).write(&write).await {
        Err(WriteError::Store(error)) => {
            assert!(error.is_passing() && error.to_string().contains("cable"))
        }
        other => panic!("{other:?}"),
    }
    assert!(writer(&store).rows(&[place()]).await.is_err());
    assert!(writer(&store).report("p", "here", patience).await.is_err());
    store.heal();
    assert_eq!(writer(&store).rows(&[place()]).await.unwrap(), [None], "nothing was written");
    assert_eq!(writer(&store).processes().await.unwrap(), []);

    store.freeze();
    let frozen = tokio::time::timeout(patience, writer(&store).write(&write)).await;
    assert!(frozen.is_err());
    store.heal();
    assert_eq!(writer(&store).rows(&[place()]).await.unwrap(), [None], "it was dropped before");

    store.delay(Duration::from_secs(2));
    let begun = tokio::time::Instant::now();
    writer(&store).write(&write).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    store.heal();

    store.unreadable(blocks()[0].name, Some("its table was dropped"));
    let error = writer(&store).rows(&[place()]).await.unwrap_err();
    assert!(!error.is_passing() && error.to_string().contains("dropped"), "{error}");
}

#[tokio::test]
async fn a_store_in_memory_forgets_the_oldest_changes_of_a_row_set_in_a_loop() {
    let (store, block) = (MemoryStore::new(), blocks()[0].name);
    for number in 1..=1_005_u64 {
        store.set(block, [("note", number.to_string().as_str())]);
    }
    let from = writer(&store).rows(&[place()]).await.unwrap().remove(0);
    let mut write = noting("last");
    write.entries[0].from = from;
    write.author = Some("ann".to_owned());
    writer(&store).write(&write).await.unwrap();
    let log = writer(&store).past(&place(), usize::MAX).await.unwrap().log;
    let ends = |at: usize| (log[at].version.unwrap(), &*log[at].who);
    assert_eq!((log.len(), ends(0), ends(999)), (1_000, (1_006, "ann"), (7, "memory")));
}

#[tokio::test]
async fn what_a_test_puts_into_memory_is_in_the_past() {
    let store = MemoryStore::new();
    store.set("conformance_a", [("note", "1"), ("token", "hunter2")]);
    store.transaction(|edit| edit.set("conformance_a", "note", "2"));
    store.remove("conformance_a");
    let key = Key::new(["a"]).unwrap();
    store.set_key("conformance_k", &key, [("note", "of a")]);
    store.remove_key("conformance_k", &key);

    let past = writer(&store).past(&place(), 10).await.unwrap();
    assert!(past.rows.is_empty());
    let told: Vec<_> = past
        .log
        .iter()
        .map(|logged| {
            let before = logged.before.as_ref().map(|(_, record)| &record.columns);
            let before = before.and_then(|columns| columns["note"].as_deref());
            (logged.epoch, logged.what, logged.version, before)
        })
        .collect();
    assert_eq!(
        told,
        [
            (3, Done::Delete, Some(2), Some("2")),
            (2, Done::Update, Some(2), Some("1")),
            (1, Done::Insert, Some(1), None),
        ]
    );
    let hidden: Vec<_> = past.log.iter().map(|logged| logged.hidden.join(" ")).collect();
    assert_eq!(hidden, ["", "", "token"]);
    assert!(past.log.iter().all(|logged| logged.who == "memory"));
    let of_key = Place { block: keyed_blocks()[0], key: Some(key) };
    assert_eq!(writer(&store).past(&of_key, 10).await.unwrap().log.len(), 2);

    Store::prune(&store, 1).await.unwrap();
    let epochs = |past: config_sdk::Past| past.log.iter().map(|one| one.epoch).collect::<Vec<_>>();
    assert_eq!(epochs(writer(&store).past(&of_key, 10).await.unwrap()), [5]);
    assert_eq!(epochs(writer(&store).past(&place(), 10).await.unwrap()), [0; 0]);
}

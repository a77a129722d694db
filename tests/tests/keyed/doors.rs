//! Mistakes at the doors: registration and keys.

use std::panic::{AssertUnwindSafe, catch_unwind};

use config_sdk::{Config, KeyError, KeyedOptions, LoadError, MemoryStore};

use crate::blocks::{BytesConfig, PlanConfig, SystemConfig, guild, start};

#[tokio::test]
async fn what_is_no_key_has_what_all_keys_share_and_a_fresh_read_says_why() {
    let store = MemoryStore::new();
    store.set("bytes", [("greeting", "hello")]);
    let bytes = start(&store).await.keyed::<BytesConfig>();
    bytes.get("guild-1").await;
    let loads = store.loads();
    let huge = "x".repeat(100_000);
    for (key, why) in [
        ("", "a part of the key is empty: give it what tells this copy from the others"),
        ("a\0b", "a part of the key holds a NUL, which no store can keep: take it out"),
        (&huge, "the key has 100000 bytes, and at most 512 are allowed: shorten it"),
    ] {
        assert_eq!(bytes.get(key).await.greeting.as_deref(), Some("hello"));
        assert!(bytes.peek(key).is_none() && !bytes.invalidate(key));
        assert_eq!(bytes.get_fresh(key).await.unwrap_err().to_string(), why);
        assert_eq!(bytes.warm([key]).await.error.as_deref(), Some(why));
    }
    assert_eq!(store.loads(), loads);
    let other = config_sdk::Key::new(["a", "b"]).unwrap();
    let error = bytes.get_fresh(&other).await.unwrap_err();
    assert_eq!(error, LoadError::Key(KeyError::Nul));
}

#[tokio::test]
async fn a_key_of_another_block_says_so() {
    let config = start(&MemoryStore::new()).await;
    let error = config.keyed::<PlanConfig>().get_fresh(&guild("guild-1")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key has 1 parts, and the block's has 2: it is another block's key"
    );
}

#[tokio::test]
async fn a_keyed_block_that_is_not_registered_says_which_line_to_add() {
    let config = Config::builder().block::<SystemConfig>().url("memory:").start().await.unwrap();
    let message = |read: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(read)).unwrap_err();
        *panic.downcast::<String>().unwrap()
    };
    let wanted =
        "is not registered: add `.keyed::<PlanConfig>(KeyedOptions::new())` to Config::builder()";
    assert!(message(&|| drop(config.keyed::<PlanConfig>())).ends_with(wanted));
    assert!(message(&|| _ = config.snapshot().keyed::<PlanConfig>()).ends_with(wanted));
}

#[tokio::test]
async fn a_keyed_block_that_is_registered_as_another_kind_or_twice_is_a_mistake() {
    let builder = Config::builder()
        .block::<BytesConfig>()
        .keyed::<PlanConfig>(KeyedOptions::new())
        .keyed::<PlanConfig>(KeyedOptions::new());
    let error = builder.url("memory:").start().await.unwrap_err().to_string();
    assert!(
        error.contains(
            "`BytesConfig` has a key: register it with `.keyed::<BytesConfig>(KeyedOptions::new())`"
        ),
        "{error}"
    );
    assert!(error.contains("`PlanConfig` is registered twice"), "{error}");
}

//! What one process loads, another one finds; what changes, nobody does.

use config_sdk::{Config, Key, KeyedOptions, MemoryStore, RedisOptions};
use config_tests::wait;

use crate::stage::{BytesConfig, HOUR, HooksConfig, PlanConfig, SOON, Stage, connected, counts};

#[tokio::test]
async fn what_one_process_loads_another_finds_without_asking_the_store() {
    let stage = Stage::new();
    stage.store.set("bytes", [("greeting", "hello")]);
    stage.set_daily("guild-1", 20);
    let first = stage.process().await.keyed::<BytesConfig>();
    first.warm(["guild-1", "guild-2"]).await;
    stage.kept(3).await;
    let loads = stage.store.loads();
    let second = stage.process().await;
    let bytes = second.keyed::<BytesConfig>();
    for (guild, amount) in [("guild-1", 20), ("guild-2", 10)] {
        let copy = bytes.get(guild).await;
        assert_eq!((copy.daily_amount, copy.greeting.as_deref()), (amount, Some("hello")));
    }
    let meta = bytes.get("guild-1").await.meta().clone();
    assert_eq!((meta.version, meta.key), (1, Some(Key::new(["guild-1"]).unwrap())));
    assert!(meta.time.is_some());
    assert_eq!(stage.store.loads(), loads);
    assert_eq!(counts(&second), (2, 0));
}

#[tokio::test]
async fn a_key_of_several_parts_and_any_characters_is_found_again() {
    let stage = Stage::new();
    let parts = ["ETH/USDT *?[a]{b}\\:é", "mo\n\"men' tum"];
    stage.store.set_key("plan", &Key::new(parts).unwrap(), [("size", "5")]);
    let plans = stage.process().await.keyed::<PlanConfig>();
    assert_eq!(plans.get((parts[0], parts[1])).await.size, 5);
    stage.kept(2).await;
    let second = stage.process().await;
    assert_eq!(second.keyed::<PlanConfig>().get((parts[0], parts[1])).await.size, 5);
    assert_eq!(counts(&second), (1, 0));
}

#[tokio::test]
async fn a_change_drops_the_copies_of_its_keys_and_no_others() {
    let stage = Stage::new();
    stage.set_daily("guild-1", 20);
    let config = stage.process().await;
    let bytes = config.keyed::<BytesConfig>();
    bytes.warm(["guild-1", "guild-2"]).await;
    stage.kept(3).await;
    let epoch = stage.set_daily("guild-1", 30);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 30);
    stage.kept(3).await;
    let second = stage.process().await;
    let bytes = second.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 30);
    assert_eq!(bytes.get("guild-2").await.daily_amount, 10);
    assert_eq!(counts(&second), (2, 0));
}

#[tokio::test]
async fn a_shared_row_that_changes_changes_what_every_process_finds() {
    let stage = Stage::new();
    let config = stage.process().await;
    config.keyed::<BytesConfig>().warm(["guild-1", "guild-2"]).await;
    stage.kept(3).await;
    let epoch = stage.store.set("bytes", [("greeting", "hello")]);
    config.wait_for(epoch, SOON).await.unwrap();
    for process in [config, stage.process().await] {
        let bytes = process.keyed::<BytesConfig>();
        assert_eq!(bytes.get("guild-1").await.greeting.as_deref(), Some("hello"));
    }
}

#[tokio::test]
async fn what_changed_while_no_process_ran_is_not_found_any_more() {
    let stage = Stage::new();
    let config = stage.process().await;
    config.keyed::<BytesConfig>().warm(["guild-1", "guild-2"]).await;
    stage.kept(3).await;
    config.shutdown().await;
    drop(config);
    stage.set_daily("guild-1", 30);
    let config = stage.process().await;
    assert_eq!(config.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 30);
    assert_eq!(config.keyed::<BytesConfig>().get("guild-2").await.daily_amount, 10);
    assert_eq!(counts(&config), (0, 2));
}

#[tokio::test]
async fn a_store_in_another_life_finds_nothing_of_the_former_one() {
    let stage = Stage::new();
    for amount in 1..=3 {
        stage.set_daily("guild-1", amount);
    }
    let config = stage.process().await;
    assert_eq!(config.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 3);
    stage.kept(2).await;
    config.shutdown().await;
    drop(config);
    // Restored from a backup, and by now at the same epoch again.
    let restored = Stage { redis: stage.redis, store: MemoryStore::new() };
    for amount in 11..=13 {
        restored.set_daily("guild-1", amount);
    }
    let config = restored.process().await;
    assert_eq!(config.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 13);
}

#[tokio::test]
async fn a_block_with_a_secret_is_never_put_there() {
    let stage = Stage::new();
    let key = Key::new(["guild-1"]).unwrap();
    stage.store.set_key("hooks", &key, [("token", "hunter2")]);
    stage.store.set_key("bytes", &key, [("greeting", "hello"), ("not_a_field", "hunter2")]);
    let monitor = stage.redis.monitor();
    let config = stage.process().await;
    let hooks = config.keyed::<HooksConfig>();
    assert_eq!(hooks.get("guild-1").await.token.as_ref().unwrap().expose(), "hunter2");
    config.keyed::<BytesConfig>().get("guild-1").await;
    stage.kept(2).await;
    assert_eq!(counts(&config), (0, 1));
    let said = format!("{:?}", monitor.commands());
    assert!(said.contains("hello") && !said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn dropping_by_hand_and_by_pattern_reaches_what_is_shared() {
    let stage = Stage::new();
    let config = stage.process().await;
    let bytes = config.keyed::<BytesConfig>();
    let all = ["guild-1", "guild-2", "shop-1"];
    let kept = |names: &[&str]| {
        let mut copies: Vec<_> = stage
            .copies()
            .into_iter()
            .filter_map(|name| Some(name.rsplit_once(':')?.1.to_owned()))
            .collect();
        copies.retain(|name| !name.is_empty());
        copies.sort();
        (copies == names).then_some(()).ok_or(copies)
    };
    let monitor = stage.redis.monitor();
    bytes.warm(all).await;
    stage.kept(4).await;
    bytes.invalidate("guild-1");
    wait::until("one key to go", SOON, || async { kept(&["guild-2", "shop-1"]) }).await;
    assert!(
        !monitor.commands().iter().any(|command| command[0] == "SCAN" && !command[3].contains('*'))
    );
    bytes.get("guild-1").await;
    stage.kept(4).await;
    bytes.invalidate_matching("guild-*");
    wait::until("what matches to go", SOON, || async { kept(&["shop-1"]) }).await;
}

#[tokio::test]
async fn stores_that_share_a_server_do_not_meet() {
    let (stage, other) = (Stage::new(), MemoryStore::new());
    stage.set_daily("guild-1", 20);
    let here = stage.process().await;
    assert_eq!(here.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 20);
    stage.kept(2).await;
    for options in [RedisOptions::new(), RedisOptions::new().namespace("other")] {
        let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new()).ttl(HOUR);
        let builder = builder.store(other.clone()).redis_with(&stage.redis.url(), options);
        let there = builder.start().await.unwrap();
        connected(&there).await;
        assert_eq!(there.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 10);
    }
    assert_eq!(here.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 20);
}

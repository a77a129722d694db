//! Reading, refreshing and judging, where the store is of no importance.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use config_sdk::{
    BlockState, Config, ConfigBlock, Event, Faults, MemoryStore, Outcome, PushState, Secret,
    StoreState, Trigger,
};
use config_tests::wait;
use serde::{Deserialize, Serialize};

use crate::{LimitsConfig, SOON, on};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Account {
    name: String,
    #[serde(skip_serializing, default)]
    api_key: String,
}

#[derive(Debug, ConfigBlock)]
struct BankConfig {
    #[config(default = Account::default(), json)]
    account: Account,
}

#[tokio::test]
async fn a_change_that_serialize_leaves_out_reaches_readers() {
    let store = MemoryStore::new();
    let config = on::<BankConfig>(&store).await;
    for key in ["k1", "k2"] {
        let account = format!(r#"{{"name": "main", "api_key": "{key}"}}"#);
        let epoch = store.set("bank", [("account", account.as_str())]);
        config.wait_for(epoch, SOON).await.expect("the change");
        assert_eq!(config.get::<BankConfig>().account.api_key, key);
    }
}

#[tokio::test]
async fn a_type_that_does_not_write_its_text_is_a_mistake_at_start() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(try_from = "String")]
    struct Level {
        value: u8,
    }
    impl TryFrom<String> for Level {
        type Error = std::num::ParseIntError;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            text.parse().map(|value| Self { value })
        }
    }
    #[derive(Debug, ConfigBlock)]
    struct LogConfig {
        #[config(default = Level { value: 3 }, text)]
        level: Level,
    }
    let started = Config::builder().block::<LogConfig>().url("memory:").start().await;
    let error = started.expect_err("a mistake").to_string();
    assert!(error.contains("log.level") && error.contains("has no text"), "{error}");
}

#[tokio::test]
async fn a_configuration_whose_task_has_ended_is_not_ready_and_says_why() {
    let store = MemoryStore::new();
    let config = on::<LimitsConfig>(&store).await;
    assert!(config.ready(SOON).await);
    config.shutdown().await;
    let status = config.status();
    assert!(!status.is_ready());
    let StoreState::Unreachable { error, .. } = &status.store else { panic!("{status}") };
    assert!(error.contains("refreshing has ended"), "{error}");
    assert!(matches!(status.blocks[0].state, BlockState::Stale { .. }));
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_refreshes_that_a_frozen_store_holds_up() {
    let store = MemoryStore::new();
    let config = on::<LimitsConfig>(&store).await;
    store.freeze();
    for _ in 0..8 {
        let config = config.clone();
        tokio::spawn(async move { config.refresh_all().await });
    }
    wait::until("a refresh under way", SOON, || async { store.fetches() >= 2 }).await;
    let began = Instant::now();
    config.shutdown().await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn many_who_ask_at_once_are_answered_by_few_passes() {
    let store = MemoryStore::new();
    let config = on::<LimitsConfig>(&store).await;
    wait::until("both passes of a start", SOON, || async { store.fetches() >= 2 }).await;
    let asked = (0..20).map(|_| {
        let config = config.clone();
        tokio::spawn(async move { config.refresh::<LimitsConfig>().await })
    });
    for asked in asked.collect::<Vec<_>>() {
        let report = asked.await.expect("no panic").expect("a report");
        assert_eq!(report.outcome("limits"), Some(&Outcome::Unchanged));
    }
    assert!(store.fetches() <= 2 + 5, "{} fetches", store.fetches());
}

#[tokio::test]
async fn a_time_without_end_means_never_and_does_not_panic() {
    let store = MemoryStore::new();
    let builder = Config::builder().block::<LimitsConfig>().store(store.clone());
    let builder = builder.ttl(Duration::MAX).start_timeout(Duration::MAX);
    let config = builder.start().await.expect("a start");
    let epoch = store.set("limits", [("most", "8")]);
    config.wait_for(epoch, SOON).await.expect("by push");
}

#[tokio::test]
async fn a_restart_field_keeps_its_value_when_the_block_expires_to_its_defaults() {
    #[derive(Debug, ConfigBlock)]
    #[config(name = "pool", max_stale = "200ms", on_stale = "default")]
    struct PoolConfig {
        #[config(default = 1, restart)]
        threads: u32,
        #[config(default = 10)]
        queue: u32,
    }
    let store = MemoryStore::new();
    store.set("pool", [("threads", "8"), ("queue", "50")]);
    let config = on::<PoolConfig>(&store).await;
    let mut events = config.events();
    store.fail("gone");
    wait::until("expiry", SOON, || async { config.get::<PoolConfig>().queue == 10 }).await;
    assert_eq!(config.get::<PoolConfig>().threads, 8);
    let told = async {
        loop {
            if let Some(Event::Published { trigger: Trigger::Expiry, fields, .. }) =
                events.next().await
            {
                return fields;
            }
        }
    };
    let fields = tokio::time::timeout(SOON, told).await.expect("the event");
    assert_eq!(fields, ["queue"]);
}

#[tokio::test]
async fn a_clamped_number_beyond_its_type_is_brought_into_range_and_counted() {
    #[derive(Debug, ConfigBlock)]
    struct SpeedConfig {
        #[config(default = 5, range = 1..=100, clamp)]
        most: u32,
    }
    let store = MemoryStore::new();
    let config = on::<SpeedConfig>(&store).await;
    for (count, (text, brought)) in (1..).zip([("-5", 1), ("5000000000", 100), ("1e20", 100)]) {
        let epoch = store.set("speed", [("most", text)]);
        config.wait_for(epoch, SOON).await.expect("the change");
        assert_eq!(config.get::<SpeedConfig>().most, brought, "{text}");
        assert_eq!(config.status().blocks[0].clamped, count);
    }
}

#[derive(Debug, ConfigBlock)]
struct CountConfig {
    #[config(default = 0)]
    count: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_has_seen_a_value_by_get_sees_no_older_one_by_with() {
    let store = MemoryStore::new();
    let config = on::<CountConfig>(&store).await;
    let over = std::sync::Arc::new(AtomicBool::new(false));
    let (reader, stop) = (config.clone(), over.clone());
    let backwards = std::thread::spawn(move || {
        let mut backwards = 0;
        while !stop.load(Ordering::Relaxed) {
            let seen = reader.get::<CountConfig>().count;
            let again = reader.with::<CountConfig, _>(|block| block.count);
            backwards += u64::from(again < seen);
        }
        backwards
    });
    for count in 1..=3000 {
        let epoch = store.set("count", [("count", count.to_string().as_str())]);
        config.wait_for(epoch, SOON).await.expect("the change");
    }
    over.store(true, Ordering::Relaxed);
    assert_eq!(backwards.join().expect("no panic"), 0);
}

/// On several threads: on one, nobody can look before the pass is over.
#[tokio::test(flavor = "multi_thread")]
async fn the_status_is_of_the_epoch_that_was_waited_for() {
    let store = MemoryStore::new();
    let config = on::<LimitsConfig>(&store).await;
    for round in 0..3000 {
        let bad = round % 2 == 0;
        let epoch = store.set("limits", [("most", if bad { "0" } else { "9" })]);
        config.wait_for(epoch, SOON).await.expect("the change");
        let rejected = matches!(config.status().blocks[0].state, BlockState::Rejected { .. });
        assert_eq!(rejected, bad, "round {round}");
    }
}

#[tokio::test]
async fn the_rules_of_a_secret_are_not_told() {
    #[derive(ConfigBlock)]
    struct DoorConfig {
        #[config(default = "s3cr3t-a", one_of = ["s3cr3t-a", "s3cr3t-b"], length = 8..=8)]
        code: Secret<String>,
    }
    let store = MemoryStore::new();
    let config = on::<DoorConfig>(&store).await;
    assert_eq!(config.get::<DoorConfig>().code.expose(), "s3cr3t-a");
    let epoch = store.set("door", [("code", "wrong")]);
    config.wait_for(epoch, SOON).await.expect("the rejection");
    let explained = config.explain("door.code").expect("a field").to_string();
    for said in [config.status().to_string(), explained] {
        assert!(!said.contains("s3cr3t") && !said.contains("wrong"), "{said}");
    }
    assert!(
        config.status().to_string().contains("door.code: breaks a rule"),
        "{}",
        config.status()
    );
}

#[tokio::test]
async fn what_a_rule_says_when_it_panics_is_not_told_of_a_block_with_a_secret() {
    #[derive(ConfigBlock)]
    #[config(name = "safe", check = SafeConfig::opens)]
    struct SafeConfig {
        #[config(default = "1111")]
        code: Secret<String>,
    }
    impl SafeConfig {
        fn opens(&self) -> Result<(), Faults> {
            assert!(self.code.expose() == "1111", "{} opens nothing", self.code.expose());
            Ok(())
        }
    }
    let store = MemoryStore::new();
    let config = on::<SafeConfig>(&store).await;
    let epoch = store.set("safe", [("code", "s3cr3t-c")]);
    config.wait_for(epoch, SOON).await.expect("the rejection");
    let said = config.status().to_string();
    assert!(said.contains("panicked") && !said.contains("s3cr3t"), "{said}");
}

#[tokio::test]
async fn a_fault_of_a_field_that_waits_for_a_restart_says_so() {
    #[derive(Debug, ConfigBlock)]
    #[config(name = "window", check = WindowConfig::is_ordered)]
    struct WindowConfig {
        #[config(default = 5, restart)]
        least: u32,
        #[config(default = 9)]
        most: u32,
    }
    impl WindowConfig {
        fn is_ordered(&self) -> Result<(), Faults> {
            let mut faults = Faults::new();
            faults.ensure(self.least <= self.most, "least", "must not be above most");
            faults.into_result()
        }
    }
    let store = MemoryStore::new();
    let config = on::<WindowConfig>(&store).await;
    let epoch = store.set("window", [("least", "1"), ("most", "3")]);
    config.wait_for(epoch, SOON).await.expect("the rejection");
    let said = config.status().to_string();
    assert!(said.contains("least = 5") && said.contains("until a restart"), "{said}");
}

#[test]
fn a_block_that_is_fixed_twice_is_there_once() {
    let config = Config::fixed().with(LimitsConfig { most: 1 }).with(LimitsConfig { most: 2 });
    let config = config.build();
    assert_eq!(config.get::<LimitsConfig>().most, 2);
    assert_eq!(config.value("limits.most").expect("a value").as_i64(), Some(2));
    assert_eq!(config.status().blocks.len(), 1);
}

#[tokio::test]
async fn a_store_that_never_worked_is_not_said_to_push() {
    let store = MemoryStore::new();
    store.fail("gone");
    let builder = Config::builder().block::<LimitsConfig>().store(store.clone());
    let config = builder.start_timeout(Duration::from_millis(50)).start().await.expect("a start");
    let mut events = config.events();
    wait::until("the loss", SOON, || async {
        matches!(config.status().push, PushState::Disconnected { .. })
    })
    .await;
    while let Ok(event) = tokio::time::timeout(Duration::from_millis(300), events.next()).await {
        assert!(!matches!(event, Some(Event::PushWorks)), "{event:?}");
    }
}

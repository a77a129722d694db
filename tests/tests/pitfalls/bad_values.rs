//! Traps of rows that somebody got wrong.

use std::time::Duration;

use config_sdk::{BlockState, Config, ConfigBlock, Decimal, Faults, MemoryStore, Outcome};
use config_tests::postgres::Server;

use crate::log::Log;
use crate::stage::{Risk, SOON, Trading, on, on_postgres, rejected, sees, set, state};

/// A bad reload drops the last good value and throws at the next read (dotnet/runtime #44381,
/// #130719).
#[tokio::test]
async fn a_bad_row_leaves_the_last_good_value() {
    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "0.8")]);
    let config = on(&store).await;
    let mut events = config.events();
    store.set("trading", [("score_threshold", "7")]);
    rejected(&mut events).await;
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.8");
}

/// One bad value stops all others from being applied.
#[tokio::test]
async fn a_bad_row_holds_no_other_block_back() {
    let store = MemoryStore::new();
    let config = on(&store).await;
    let epoch = store.transaction(|edit| {
        edit.set("trading", "score_threshold", "7");
        edit.set("risk", "max_drawdown_pct", "30");
    });
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(config.get::<Risk>().max_drawdown_pct, 30);
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.70");
}

/// A rejected item survives by watch and vanishes on a full reload (apisix #13717).
#[tokio::test]
async fn a_full_refresh_judges_a_bad_row_as_a_push_does() {
    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "0.8")]);
    let config = on(&store).await;
    let mut events = config.events();
    store.set("trading", [("score_threshold", "7")]);
    rejected(&mut events).await;
    let by_push = state(&config);
    store.prune(u64::MAX); // from now on, everything is read
    let report = config.refresh_all().await.unwrap();
    assert!(matches!(report.outcome("trading"), Some(Outcome::Rejected { .. })));
    assert_eq!(state(&config), by_push);
    assert_eq!(config.get::<Trading>().score_threshold.to_string(), "0.8");
}

/// Silent last good is an incident, too (openclaw #71289).
#[tokio::test]
async fn a_bad_row_is_told_with_every_fault_and_dated() {
    let log = Log::keep();
    let store = MemoryStore::new();
    let config = on(&store).await;
    let mut events = config.events();
    store.set("trading", [("score_threshold", "7"), ("max_positions", "many")]);
    rejected(&mut events).await;
    let status = config.status();
    let block = status.block("trading").unwrap();
    let BlockState::Rejected { faults } = &block.state else {
        panic!("{status}");
    };
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for fault in &told {
        assert!(status.to_string().contains(fault), "{status}");
        assert!(log.text().contains(fault), "{}", log.text());
    }
    let since = block.trouble_since.expect("a date");
    assert!(block.last_success.is_some_and(|success| success <= since));
    store.set("trading", [("score_threshold", "8")]);
    rejected(&mut events).await;
    let status = config.status();
    assert_eq!(status.block("trading").unwrap().trouble_since, Some(since), "it goes on");
}

/// A rejected update is stored anyway and poisons the next (flux-core #7264).
#[tokio::test]
async fn nothing_of_a_bad_row_is_in_the_next_good_one() {
    let store = MemoryStore::new();
    let config = on(&store).await;
    let mut events = config.events();
    store.set("trading", [("score_threshold", "0.9"), ("max_positions", "0")]);
    rejected(&mut events).await;
    let epoch = store.set("trading", [("max_positions", "7")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let trading = config.get::<Trading>();
    assert_eq!(trading.max_positions, 7);
    assert_eq!(trading.score_threshold.to_string(), "0.70");
    assert_eq!(state(&config), BlockState::Fresh);
}

/// An invalid value makes every client re-query in a loop and brings the database down (a social
/// network, 2010).
#[tokio::test]
async fn a_bad_row_is_not_read_again_until_it_changes() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    // A table without our checks, as a team may have made it.
    database
        .psql("alter table trading_config drop constraint trading_config_score_threshold_check");
    let mut events = config.events();
    set(&database, "7");
    rejected(&mut events).await;
    database.reset_queries();
    for _ in 0..20 {
        database.psql("notify config_sdk");
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(database.queries("%from%trading_config%"), 0);
    set(&database, "0.8");
    sees(&config, "0.8").await;
}

/// A generated file doubled in size, an `unwrap` met a limit, and a third of the internet stopped (a
/// CDN, 18 November 2025).
#[tokio::test]
async fn a_row_of_absurd_size_or_depth_is_a_fault_and_no_panic() {
    #[derive(Debug, ConfigBlock)]
    struct Rules {
        #[config(default = "", length = ..=100)]
        note: String,
        #[config(default = Vec::new(), json, length = ..=200)]
        features: Vec<serde_json::Value>,
        #[config(default = 1)]
        weight: Decimal,
    }
    let store = MemoryStore::new();
    let config = Config::builder().block::<Rules>().store(store.clone());
    let config = config.start().await.unwrap();
    let long = "x".repeat(10_000_000);
    let many = format!("[{}0]", "0,".repeat(100_000));
    let deep = "[".repeat(1_000_000);
    let digits = "9".repeat(1_000_000);
    for (column, text) in
        [("note", &long), ("features", &many), ("features", &deep), ("weight", &digits)]
    {
        store.set("rules", [(column, text.as_str())]);
        let report = config.refresh_all().await.unwrap();
        let Some(Outcome::Rejected { faults }) = report.outcome("rules") else {
            panic!("{column}: {}", report.epoch);
        };
        assert!(faults.to_string().len() < 1000, "{column} is quoted at length");
    }
    let rules = config.get::<Rules>();
    assert!(rules.note.is_empty() && rules.features.is_empty() && rules.weight == Decimal::ONE);
}

/// The same for a rule that panics.
#[tokio::test]
async fn a_rule_that_panics_is_a_fault_of_its_block_alone() {
    #[derive(Debug, ConfigBlock)]
    #[config(check = Shares::divide)]
    struct Shares {
        #[config(default = 1)]
        parts: u32,
    }
    impl Shares {
        fn divide(&self) -> Result<(), Faults> {
            let mut faults = Faults::new();
            faults.ensure(100 / self.parts > 0, "parts", "must leave something");
            faults.into_result()
        }
    }
    let store = MemoryStore::new();
    let builder = Config::builder().block::<Shares>().block::<Risk>();
    let config = builder.store(store.clone()).start().await.unwrap();
    store.transaction(|edit| {
        edit.set("shares", "parts", "0");
        edit.set("risk", "max_drawdown_pct", "30");
    });
    let report = config.refresh_all().await.unwrap();
    assert!(report.to_string().contains("a rule or decoder panicked"), "{report}");
    assert_eq!(config.get::<Shares>().parts, 1);
    assert_eq!(config.get::<Risk>().max_drawdown_pct, 30);
}

//! A bad row is turned away with all its faults, judged once, and harms no other block.

use std::time::Duration;

use config_sdk::{BlockState, Config, ConfigBlock, Event, Faults, MemoryStore, Outcome, Trigger};
use config_tests::wait;

use crate::blocks::{LedgerConfig, RiskConfig, TradingConfig};
use crate::log;
use crate::stage::{self, SOON, decimal, insert};

#[tokio::test]
async fn a_row_with_three_things_wrong_reports_three_faults_and_the_last_good_value_stays() {
    log::keep();
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    let config = stage::on_postgres(&database).await;
    let mut events = config.events();
    let checks = database.psql(
        "select string_agg(format('drop constraint %I', conname), ', ') from pg_constraint \
         where conrelid = 'trading_config'::regclass and contype = 'c'",
    );
    database.psql(&format!("alter table trading_config {checks}"));
    database.psql(
        "begin; update trading_config set score_threshold = 7, sizing_mode = 'reckless', \
         pause = '2h'; insert into risk_config (status, max_drawdown_pct) values ('active', 15); \
         commit",
    );
    stage::drawdown(&config, "15").await;
    let BlockState::Rejected { faults } = stage::state(&config, "trading") else { panic!() };
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    for (part, rule) in [
        ("trading.score_threshold = 7", "0..=1"),
        ("trading.sizing_mode = reckless", "unknown variant"),
        ("trading.pause = 2h", "1s..=1h"),
    ] {
        assert!(told.iter().any(|told| told.starts_with(part) && told.contains(rule)), "{told:#?}");
    }
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
    assert_eq!(log::warnings("a row was turned away").len(), 3);
    let Some(Event::Rejected { block: "trading", version: 2, faults }) =
        stage::soon(events.next()).await
    else {
        panic!("no event of the rejection")
    };
    assert_eq!(faults.len(), 3);
}

#[tokio::test]
async fn the_same_bad_row_is_judged_once_and_asked_for_no_more() {
    log::keep();
    let database = stage::database().await;
    let builder = stage::builder().ttl(Duration::from_millis(50)).start_timeout(SOON);
    let config = builder.url(&database.url()).start().await.unwrap();
    stage::listening(&config).await;
    let mut events = config.events();
    database.psql(&insert("trading", &[("min_position", "9")]));
    stage::status(&config, "the rejection", |status| {
        matches!(status.block("trading").unwrap().state, BlockState::Rejected { .. })
    })
    .await;
    database.reset_queries();
    wait::until("twenty polls", SOON, || async { database.queries("select e.epoch%") >= 20 }).await;
    assert_eq!(database.queries("%trading_config%"), 0, "the bad row is read in a loop");
    let Some(Event::Rejected { faults, .. }) = stage::soon(events.next()).await else { panic!() };
    assert!(faults.to_string().contains("must not be above max_position"), "{faults}");
    assert_eq!(log::warnings("a row was turned away").len(), 1);
    // Nothing was told twice: the next event is the repair.
    database.psql("update trading_config set max_position = 10");
    stage::status(&config, "the repair", |status| {
        status.block("trading").unwrap().state == BlockState::Fresh
    })
    .await;
    let Some(Event::Published { block: "trading", version: 2, .. }) =
        stage::soon(events.next()).await
    else {
        panic!("the rejection was told twice")
    };
    assert_eq!(config.get::<TradingConfig>().max_position, decimal("10"));
}

#[tokio::test]
async fn a_bad_row_taken_back_to_the_last_good_one_is_fresh_again() {
    let store = MemoryStore::new();
    store.set("risk", [("max_drawdown_pct", "15")]);
    let config = stage::on_memory(&store).await;
    let epoch = store.set("risk", [("max_drawdown_pct", "150")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert!(matches!(stage::state(&config, "risk"), BlockState::Rejected { .. }));
    let epoch = store.set("risk", [("max_drawdown_pct", "15")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(stage::state(&config, "risk"), BlockState::Fresh);
}

#[tokio::test]
async fn two_active_rows_are_refused_because_nobody_could_say_which_is_meant() {
    let database = stage::database().await;
    database.psql("drop index trading_config_one_active, trading_config_version_key");
    database.psql("alter table trading_config disable trigger config_sdk_fill");
    let config = stage::on_postgres(&database).await;
    let two = insert("trading", &[]).repeat(2);
    database.psql(&two);
    let report = config.refresh_all().await.unwrap();
    let Some(reason) = report.block("trading").and_then(|block| block.error.clone()) else {
        panic!("{report}")
    };
    assert!(reason.contains("several rows with status 'active': archive all but one"), "{reason}");
    assert_eq!(report.outcome("risk"), Some(&Outcome::Unchanged));
}

#[tokio::test]
async fn a_column_of_another_type_is_read_where_it_can_be_and_rejected_where_it_cannot() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("max_positions", "7")]));
    let config = stage::on_postgres(&database).await;
    database.psql(
        "alter table trading_config drop constraint trading_config_max_positions_check; \
         alter table trading_config alter column max_positions type text",
    );
    database.psql("update trading_config set max_positions = '8'");
    let read = |number: u32| {
        let config = config.clone();
        async move { config.get::<TradingConfig>().max_positions == number }
    };
    wait::until("the number in a text", SOON, || read(8)).await;
    database.psql("update trading_config set max_positions = 'many'");
    let report = config.refresh_all().await.unwrap();
    let Some(Outcome::Rejected { faults }) = report.outcome("trading") else { panic!("{report}") };
    assert!(faults.to_string().starts_with("trading.max_positions = many: "), "{faults}");
    assert_eq!(config.get::<TradingConfig>().max_positions, 8);
}

#[tokio::test]
async fn a_dropped_table_or_column_takes_only_its_own_block_along_and_comes_back_by_itself() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.8"), ("max_positions", "9")]));
    let builder = stage::builder().ttl(Duration::from_millis(50)).start_timeout(SOON);
    let config = builder.url(&database.url()).start().await.unwrap();
    database.psql("alter table trading_config rename to away");
    let unreadable = |status: &config_sdk::Status| status.block("trading").unwrap().error.is_some();
    config.refresh_all().await.unwrap();
    assert!(unreadable(&config.status()), "{}", config.status());
    assert!(matches!(stage::state(&config, "trading"), BlockState::Stale { .. }));
    assert_eq!(stage::state(&config, "risk"), BlockState::Fresh);
    assert_eq!(config.get::<TradingConfig>().max_positions, 9);
    database.psql("alter table away rename to trading_config");
    stage::status(&config, "the table", |status| !unreadable(status)).await;
    database.psql("alter table trading_config drop column score_threshold cascade");
    config.refresh_all().await.unwrap();
    stage::score(&config, "0.70").await;
    assert_eq!(config.get::<TradingConfig>().max_positions, 9);
}

#[derive(ConfigBlock)]
#[config(check = Self::explodes_on_seven)]
struct MineConfig {
    #[config(default = 1)]
    number: u32,
}

impl MineConfig {
    fn explodes_on_seven(&self) -> Result<(), Faults> {
        assert!(self.number != 7, "seven is no number");
        Ok(())
    }
}

#[tokio::test]
async fn a_rule_that_panics_is_a_fault_of_its_block_and_nothing_more() {
    let store = MemoryStore::new();
    let builder = Config::builder().block::<MineConfig>().block::<RiskConfig>();
    let config = builder.store(store.clone()).start().await.unwrap();
    let epoch = store.transaction(|edit| {
        edit.set("mine", "number", "7");
        edit.set("risk", "max_drawdown_pct", "15");
    });
    config.wait_for(epoch, SOON).await.unwrap();
    let BlockState::Rejected { faults } = stage::state(&config, "mine") else { panic!() };
    let wanted = "mine: a rule or decoder panicked: seven is no number (panic)";
    assert_eq!(faults.to_string(), wanted);
    assert_eq!(config.get::<MineConfig>().number, 1);
    assert_eq!(config.get::<RiskConfig>().max_drawdown_pct, decimal("15"));
    let epoch = store.set("mine", [("number", "8")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(config.get::<MineConfig>().number, 8);
}

#[derive(ConfigBlock)]
struct BytesConfig {
    #[config(default = 100, range = 0..=10_000, clamp)]
    starting_balance: i64,
}

#[tokio::test]
async fn a_value_to_be_clamped_is_brought_into_range_with_a_warning_and_an_event() {
    log::keep();
    let store = MemoryStore::new();
    let builder = Config::builder().block::<BytesConfig>().block::<LedgerConfig>();
    let config = builder.store(store.clone()).start().await.unwrap();
    // At start, and once more when it has begun to listen.
    wait::until("both passes of a start", SOON, || async { store.fetches() >= 2 }).await;
    stage::listening(&config).await;
    let mut events = config.events();
    let epoch = store.set("bytes", [("starting_balance", "-5")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(config.get::<BytesConfig>().starting_balance, 0);
    assert_eq!(stage::state(&config, "bytes"), BlockState::Fresh);
    config.refresh_all().await.unwrap();
    let Some(Event::Clamped { block, key: None, field, from, to }) =
        stage::soon(events.next()).await
    else {
        panic!()
    };
    let told = (block, field, from.as_str(), to.as_str());
    assert_eq!(told, ("bytes", "starting_balance", "-5", "0"));
    let Some(Event::Published { trigger: Trigger::Push, .. }) = stage::soon(events.next()).await
    else {
        panic!()
    };
    assert_eq!(log::warnings("a value out of range was brought into it").len(), 1);
}

/// Whoever may write a row writes no lines of the log, nor floods it.
#[tokio::test]
async fn a_long_value_with_line_breaks_is_told_in_one_short_line() {
    let store = MemoryStore::new();
    let config = Config::builder().block::<TradingConfig>().store(store.clone());
    let config = config.start().await.unwrap();
    let forged = format!("7\n2026-11-20 INFO all is \"well\"\u{202e}{}", "x".repeat(500_000));
    store.set("trading", [("score_threshold", &*forged)]);
    config.refresh_all().await.unwrap();
    let status = config.status().to_string();
    let line = status.lines().find(|line| line.contains("score_threshold = ")).unwrap();
    let shown = "= 7\\n2026-11-20 INFO all is \"well\"\\u{202e}xxx";
    assert!(line.contains(shown) && line.contains("characters more)"), "{line}");
    assert!(status.len() < 2000, "{}", status.len());
}

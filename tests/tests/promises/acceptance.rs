//! What a program that moves its configuration to Postgres is promised first, on a real server.

use std::time::{Duration, Instant};

use config_sdk::{Config, Event, Origin, Outcome, StoreState, Trigger};
use config_tests::postgres::Server;
use config_tests::proxy::Proxy;

use crate::blocks::{LedgerConfig, RiskConfig, TradingConfig, VaultConfig};
use crate::log;
use crate::stage::{self, HOUR, SOON, decimal, insert, set_score};

#[tokio::test]
async fn a_value_is_read_by_its_path() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.80"), ("max_positions", "7")]));
    let config = stage::on_postgres(&database).await;
    let score = config.value("trading.score_threshold").unwrap();
    assert_eq!((score.to_string().as_str(), score.as_decimal()), ("0.80", Some(decimal("0.8"))));
    assert_eq!(config.value("trading.max_positions").unwrap().as_i64(), Some(7));
    assert_eq!(config.value_as::<u8>("trading.max_positions").unwrap(), 7);
    let tier = config.value("trading.tiers.2.threshold_pct").unwrap();
    assert_eq!(tier.as_decimal(), Some(decimal("15")));
    assert!(config.value("trading.strategy").unwrap().is_null());
}

#[tokio::test]
async fn a_whole_block_is_read_as_its_struct() {
    let database = stage::database().await;
    let tiers = r#"'[{"threshold_pct": "7", "size_reduction_pct": 12.5}]'"#;
    database.psql(&insert(
        "trading",
        &[
            ("score_threshold", "0.8"),
            ("sizing_mode", "'fixed_percent'"),
            ("tiers", tiers),
            ("pause", "'1m 30s'"),
            ("strategy", "'momentum'"),
        ],
    ));
    let config = stage::on_postgres(&database).await;
    let trading = config.get::<TradingConfig>().into_arc();
    let wanted = TradingConfig {
        score_threshold: decimal("0.8"),
        sizing_mode: crate::blocks::SizingMode::FixedPercent,
        tiers: vec![crate::blocks::Tier {
            threshold_pct: decimal("7"),
            size_reduction_pct: decimal("12.5"),
        }],
        pause: Duration::from_secs(90),
        strategy: Some("momentum".to_owned()),
        ..TradingConfig::default()
    };
    assert_eq!(*trading, wanted);
}

#[tokio::test]
async fn what_a_row_leaves_out_or_leaves_null_is_the_default() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "null"), ("max_positions", "9")]));
    let config = stage::on_postgres(&database).await;
    let trading = config.get::<TradingConfig>();
    assert_eq!(trading.score_threshold, decimal("0.70"));
    assert_eq!(trading.max_positions, 9);
    assert_eq!(config.get::<RiskConfig>().meta().origin, Origin::Default);
}

#[tokio::test]
async fn no_database_call_is_made_within_the_ttl() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    let config = stage::on_postgres(&database).await;
    stage::score(&config, "0.8").await;
    // The pass that follows listening has ended once a forced one has.
    config.refresh_all().await.unwrap();
    database.reset_queries();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
        config.with(|risk: &RiskConfig| assert_eq!(risk.max_drawdown_pct, decimal("20")));
        config.value("trading.score_threshold").unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // The heartbeat of push asks its own connection every ten seconds, reads or no reads.
    let heartbeats = database.queries("select epoch,%from config_sdk.epoch");
    let all = database.queries("%");
    assert!(heartbeats <= 1, "{heartbeats} heartbeats in 3 s");
    assert_eq!(all - heartbeats, 0, "reads reached the database");
}

#[tokio::test]
async fn a_change_by_psql_arrives_without_a_restart() {
    let database = stage::database().await;
    let config = stage::on_postgres(&database).await;
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.70"));
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    stage::score(&config, "0.8").await;
    database.psql(&set_score("0.9"));
    stage::score(&config, "0.9").await;
    database.psql("delete from trading_config");
    stage::score(&config, "0.70").await;
}

#[tokio::test]
async fn a_change_arrives_by_push_in_milliseconds() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[]));
    let config = stage::on_postgres(&database).await;
    let mut events = config.events();
    let writer = database.client().await;
    let mut delays = Vec::new();
    for round in 1..=20 {
        let score = format!("0.{:02}", round);
        let began = Instant::now();
        writer.batch_execute(&set_score(&score)).await.unwrap();
        while config.get::<TradingConfig>().score_threshold != decimal(&score) {
            assert!(began.elapsed() < SOON, "{score} did not arrive");
            tokio::task::yield_now().await;
        }
        delays.push(began.elapsed());
        let Some(Event::Published { trigger, .. }) = stage::soon(events.next()).await else {
            panic!("no event");
        };
        assert_eq!(trigger, Trigger::Push);
    }
    delays.sort();
    let (median, worst) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    println!("from before the statement to the reader: median {median:?}, worst {worst:?}");
    assert!(median < Duration::from_millis(500), "{delays:?}");
}

#[tokio::test]
async fn a_change_arrives_within_the_ttl_when_push_is_cut() {
    let database = stage::database().await;
    // The asking connection is open when the line to the listening one is cut for good: new
    // connections are held up half way, which is what LISTEN has to make.
    let role = database.role("");
    database.psql(&format!(
        "grant usage on schema config_sdk to {0}; grant select on all tables in schema config_sdk to {0}; \
         grant select on all tables in schema public to {0}",
        role.name
    ));
    let builder = stage::builder().ttl(Duration::from_millis(300)).url(&role.url);
    let config = builder.start().await.unwrap();
    stage::listening(&config).await;
    database.psql(&format!("alter role {} nologin", role.name));
    database.psql(
        "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and query like '%config_sdk.epoch' \
         and query not like '%changed%' and pid <> pg_backend_pid()",
    );
    stage::status(&config, "deafness", |status| {
        matches!(status.push, config_sdk::PushState::Disconnected { .. })
    })
    .await;
    let mut events = config.events();
    let began = Instant::now();
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    stage::score(&config, "0.8").await;
    println!("by poll with a ttl of 300 ms: {:?}", began.elapsed());
    loop {
        if let Event::Published { trigger, .. } = stage::soon(events.next()).await.unwrap() {
            assert_eq!(trigger, Trigger::Poll);
            break;
        }
    }
    assert_eq!(config.status().store, StoreState::Connected);
}

#[tokio::test]
async fn when_the_database_is_gone_the_last_good_value_stays_and_one_warning_is_logged() {
    log::keep();
    let server = Server::start();
    let database = server.database();
    stage::migrate(&database).await;
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    let builder = stage::builder().ttl(Duration::from_millis(50));
    let config = builder.url(&database.url()).start_timeout(SOON).start().await.unwrap();
    stage::score(&config, "0.8").await;
    server.stop();
    let lost = |status: &config_sdk::Status| status.store != StoreState::Connected;
    stage::status(&config, "the outage", lost).await;
    for _ in 0..3 {
        config.refresh_all().await.unwrap();
        for _ in 0..1000 {
            assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
        }
    }
    let warnings = log::warnings("the store cannot be read; the last good values stay");
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(warnings[0].contains("127.0.0.1"), "{warnings:?}");
    let meta = config.get::<TradingConfig>().meta().clone();
    assert_eq!((meta.origin, meta.version), (Origin::Store, 1));
}

#[tokio::test]
async fn at_a_cold_start_without_a_database_the_defaults_hold_and_one_warning_is_logged() {
    log::keep();
    let proxy = Proxy::to(1);
    proxy.cut();
    let url = format!("postgres://app:hunter2@127.0.0.1:{}/shop", proxy.port());
    let builder = stage::builder().url(&url).start_timeout(Duration::from_secs(1));
    let config = builder.start().await.unwrap();
    assert_eq!(*config.get::<TradingConfig>(), TradingConfig::default());
    assert_eq!(config.get::<TradingConfig>().meta().origin, Origin::Default);
    let warnings = log::warnings("the store cannot be read; disk or defaults stand in for it");
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(!log::said().contains("hunter2"));
    let status = config.status();
    assert!(!status.is_ready());
    assert!(status.to_string().contains("readers get the defaults"), "{status}");
}

#[tokio::test]
async fn a_forced_refresh_reports_block_by_block_what_it_did() {
    let database = stage::database().await;
    let builder = Config::builder().block::<TradingConfig>().block::<RiskConfig>();
    let builder = builder.block::<VaultConfig>().block::<LedgerConfig>().ttl(HOUR);
    let config = builder.url(&database.url()).start_timeout(SOON).migrate();
    let config = config.start().await.unwrap();
    // Without the trigger nothing is pushed, so that the refresh is what finds the change.
    database.psql("alter table trading_config disable trigger user");
    database.psql(&insert("trading", &[("score_threshold", "0.8"), ("max_positions", "9")]));
    database.psql(
        "alter table vault_config disable trigger user, drop constraint vault_config_tries_check",
    );
    database.psql(&insert("vault", &[("tries", "10"), ("pin", "-1")]).replace("-1", "77"));
    database.psql("alter table ledger_config rename to elsewhere");
    let report = config.refresh_all().await.unwrap();
    let fields = vec!["score_threshold", "max_positions"];
    assert_eq!(report.outcome("trading"), Some(&Outcome::Changed { fields }));
    assert_eq!(report.outcome("risk"), Some(&Outcome::Unchanged));
    let Some(Outcome::Rejected { faults }) = report.outcome("vault") else { panic!("{report}") };
    assert_eq!(faults.len(), 1, "{faults}");
    let Some(reason) = report.block("ledger").and_then(|block| block.error.clone()) else {
        panic!("{report}")
    };
    assert!(reason.contains("ledger_config") && reason.contains(".migrate()"), "{reason}");
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
    let one = config.refresh::<RiskConfig>().await.unwrap();
    assert_eq!(one.outcome("risk"), Some(&Outcome::Unchanged));
    let again = config.refresh_block("trading").await.unwrap();
    assert_eq!(again.outcome("trading"), Some(&Outcome::Unchanged));
}

//! Every value explains itself: where it came from, who stored it, when and why.

use std::time::{Duration, SystemTime};

use config_sdk::{Config, MemoryStore, Origin};

use crate::blocks::{RiskConfig, TradingConfig};
use crate::stage::{self, decimal, insert};

#[tokio::test]
async fn a_default_explains_itself() {
    let config = stage::on_memory(&MemoryStore::new()).await;
    let explained = config.explain("trading.score_threshold").unwrap();
    assert_eq!(explained.origin, Origin::Default);
    assert_eq!(explained.value.as_decimal(), Some(decimal("0.7")));
    assert_eq!(explained.default.to_string(), "0.70");
    assert_eq!(explained.bounds, ["range 0..=1"]);
    assert_eq!(explained.doc, "Lowest score that opens a position.");
    assert_eq!(explained.column, "trading_config.score_threshold");
    assert_eq!((explained.version, explained.author, explained.time), (0, None, None));
    let part = config.explain("trading.tiers.1.threshold_pct").unwrap();
    assert_eq!(part.default.as_decimal(), Some(decimal("10")));
}

#[tokio::test]
async fn a_stored_value_explains_version_author_time_and_reason() {
    let database = stage::database().await;
    let role = database.role("");
    database.psql(&format!("grant all on trading_config to {}", role.name));
    let config = stage::on_postgres(&database).await;
    let before = SystemTime::now() - Duration::from_secs(1);
    role.try_psql(&insert("trading", &[("score_threshold", "0.8")])).unwrap();
    role.try_psql("update trading_config set score_threshold = 0.9, reason = 'calmer'").unwrap();
    stage::score(&config, "0.9").await;
    let explained = config.explain("trading.score_threshold").unwrap();
    assert_eq!(explained.origin, Origin::Store);
    assert_eq!((explained.version, explained.epoch), (2, config.status().epoch));
    assert_eq!(explained.author.as_deref(), Some(role.name.as_str()));
    assert_eq!(explained.reason.as_deref(), Some("calmer"));
    assert_eq!(explained.default.to_string(), "0.70");
    let time = explained.time.unwrap();
    assert!(before < time && time < SystemTime::now() + Duration::from_secs(1), "{time:?}");
    let meta = config.get::<TradingConfig>().meta().clone();
    assert_eq!((meta.version, meta.author), (2, explained.author.clone()));
    // What the row leaves out is a default, and not said to be the author's.
    let other = config.explain("trading.max_positions").unwrap();
    assert_eq!(other.origin, Origin::Default);
    let text = explained.to_string();
    for line in ["trading.score_threshold = 0.9", "origin   store", "version  2", "reason   calmer"]
    {
        assert!(text.contains(line), "{text}");
    }
    let json = serde_json::to_value(&explained).unwrap();
    assert_eq!(json["origin"], "store");
    assert_eq!(json["value"], "0.9");
}

#[tokio::test]
async fn the_status_says_of_every_block_where_it_came_from_and_how_it_stands() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    let config = stage::on_postgres(&database).await;
    let status = config.status();
    assert!(status.source.starts_with("postgres 127.0.0.1:"), "{}", status.source);
    assert!(status.is_ready());
    let told: Vec<_> = (status.blocks.iter())
        .map(|block| (block.name, block.version, block.origin, block.last_success.is_some()))
        .collect();
    let wanted = [("trading", 1, Origin::Store, true), ("risk", 0, Origin::Default, true)];
    assert_eq!(told, wanted);
    let text = status.to_string();
    assert!(text.contains("push   works: changes arrive at once"), "{text}");
    assert!(text.contains("trading        1  store        fresh"), "{text}");
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!(json["push"], "push");
    assert_eq!(json["blocks"][0]["state"], "fresh");
}

#[tokio::test]
async fn a_fixed_value_explains_itself() {
    let config = Config::fixed().with(RiskConfig::default()).build();
    assert_eq!(config.explain("risk.note").unwrap().origin, Origin::Fixed);
    assert!(config.status().is_ready());
}

//! Keyed blocks that a test of an application fixes.

use config_sdk::{Config, Origin};

use crate::blocks::{BytesConfig, PlanConfig};

fn daily(daily_amount: i64) -> BytesConfig {
    BytesConfig { daily_amount, ..BytesConfig::default() }
}

fn size(size: u32) -> PlanConfig {
    PlanConfig { size, ..PlanConfig::default() }
}

#[tokio::test]
async fn copies_are_fixed_by_key_and_the_others_share_one() {
    let config = Config::fixed()
        .with_key("guild-1", daily(20))
        .with_shared(daily(5))
        .with_key(("ETH/USDT", "a"), size(9))
        .build();
    let bytes = config.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    assert_eq!(bytes.get("guild-1").await.meta().origin, Origin::Fixed);
    assert_eq!(bytes.get("guild-2").await.daily_amount, 5);
    assert!(bytes.get_fresh("guild-2").await.is_err());
    let plans = config.keyed::<PlanConfig>();
    assert_eq!(plans.load(("ETH/USDT", "a")).size, 9);
    assert_eq!(plans.load(("BTC/USDT", "a")).size, 1);
    assert_eq!(config.snapshot().keyed::<PlanConfig>().load(("ETH/USDT", "a")).size, 9);
    assert!(config.status().is_ready());
}

#[test]
#[should_panic(expected = "daily_amount = 5000: must be within 1..=1000")]
fn a_copy_that_breaks_its_rules_is_refused() {
    let _ = Config::fixed().with_key("guild-1", daily(5000));
}

#[test]
#[should_panic(expected = "a copy of BytesConfig cannot be fixed: a part of the key is empty")]
fn what_is_no_key_is_refused() {
    let _ = Config::fixed().with_key("", daily(20));
}

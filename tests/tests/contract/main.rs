//! The public API as other people's programs are compiled against it.

use std::sync::Arc;
use std::time::Duration;

use config_sdk::{
    BlockState, Config, ConfigBlock, Decimal, Fault, Faults, MemoryStore, Origin, Outcome,
    PushState, Secret, StoreState,
};
use serde::{Deserialize, Serialize};

/// Entry and sizing rules.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
#[config(name = "trading", check = TradingConfig::limits_agree)]
struct TradingConfig {
    /// Lowest score that opens a position.
    #[config(default = 0.70, range = 0..=1)]
    score_threshold: Decimal,
    #[config(default = 5, range = 1..=100)]
    max_concurrent_positions: u32,
    #[config(default = SizingMode::RiskBased, text)]
    sizing_mode: SizingMode,
    #[config(default = default_tiers(), json)]
    drawdown_reduction_tiers: Vec<DrawdownTier>,
    default_strategy_id: Option<String>,
    #[config(secret)]
    webhook_token: Option<Secret<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SizingMode {
    RiskBased,
    FixedPercent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct DrawdownTier {
    threshold_pct: Decimal,
    size_reduction_pct: Decimal,
}

fn default_tiers() -> Vec<DrawdownTier> {
    [(5, 0), (10, 25)]
        .map(|(threshold, reduction)| DrawdownTier {
            threshold_pct: Decimal::from(threshold),
            size_reduction_pct: Decimal::from(reduction),
        })
        .to_vec()
}

impl TradingConfig {
    fn limits_agree(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(
            !self.drawdown_reduction_tiers.is_empty(),
            "drawdown_reduction_tiers",
            "must have a tier",
        );
        faults.into_result()
    }
}

/// What may be lost.
#[derive(Clone, Debug, PartialEq, ConfigBlock)]
struct RiskConfig {
    #[config(default = 20)]
    max_drawdown_pct: Decimal,
}

type Failure = Box<dyn std::error::Error>;

async fn started(store: &MemoryStore) -> Result<Config, Failure> {
    Ok(Config::builder()
        .block::<TradingConfig>()
        .block::<RiskConfig>()
        .url("memory:")
        .store(store.clone())
        .ttl(Duration::from_secs(60))
        .env_prefix("CONTRACT")
        .start_timeout(Duration::from_secs(5))
        .migrate()
        .refresh_on_sighup()
        .start()
        .await?)
}

#[tokio::test]
async fn reading_compiles_and_works_as_documented() -> Result<(), Failure> {
    let config = started(&MemoryStore::new()).await?;
    config.install()?;
    assert!(config.install().is_err());
    assert_eq!(config_sdk::global().get::<TradingConfig>().max_concurrent_positions, 5);

    let trading = config.get::<TradingConfig>();
    assert_eq!(trading.score_threshold.to_string(), "0.70");
    let meta = trading.meta();
    let parts = (meta.block, meta.version, meta.epoch, meta.origin, meta.since);
    assert_eq!((parts.0, parts.1, parts.3), ("trading", 0, Origin::Default));
    let owned: Arc<TradingConfig> = trading.into_arc();
    assert_eq!(*owned, TradingConfig::default());

    let mut hot = config.handle::<TradingConfig>();
    assert_eq!(hot.clone().load().score_threshold, hot.load().score_threshold);
    let threshold = config.with::<TradingConfig, _>(|t| t.score_threshold);
    assert_eq!(threshold, owned.score_threshold);
    assert!(config.try_get::<TradingConfig>().is_some());

    let view = config.snapshot();
    let (trading, risk) = (view.get::<TradingConfig>(), view.get::<RiskConfig>());
    assert_eq!((trading.max_concurrent_positions, view.epoch()), (5, 0));
    assert_eq!(risk.max_drawdown_pct, Decimal::from(20));

    assert_eq!(config.value("trading.score_threshold")?.as_decimal(), Some(threshold));
    assert_eq!(config.value("trading.max_concurrent_positions")?.as_i64(), Some(5));
    assert_eq!(config.value_as::<Decimal>("trading.score_threshold")?, threshold);
    let tier = config.value("trading.drawdown_reduction_tiers.0.threshold_pct")?;
    assert_eq!(tier.to_string(), "5");
    assert_eq!(config.block("trading")?.fields.len(), 6);
    let explained = config.explain("trading.score_threshold")?;
    assert_eq!(explained.doc, "Lowest score that opens a position.");
    assert_eq!(explained.bounds, ["range 0..=1"]);
    assert_eq!(serde_json::to_value(&explained)?["default"], "0.70");
    Ok(())
}

#[tokio::test]
async fn changing_and_watching_compile_and_work_as_documented() -> Result<(), Failure> {
    let store = MemoryStore::new();
    let config = started(&store).await?;
    assert!(config.ready(Duration::from_secs(2)).await);
    let mut events = config.events();
    let mut changes = config.subscribe::<TradingConfig>();

    let epoch = store.set("trading", [("score_threshold", "0.8")]);
    config.wait_for(epoch, Duration::from_secs(2)).await?;
    let change = changes.next().await.ok_or("the stream ended")?;
    assert_eq!(change.old.score_threshold.to_string(), "0.70");
    assert_eq!(change.new.score_threshold.to_string(), "0.8");
    assert_eq!((change.fields, change.reason), (vec!["score_threshold"], None));
    assert!(events.next().await.is_some());

    let report = config.refresh::<TradingConfig>().await?;
    assert_eq!((report.epoch, report.blocks[0].name), (epoch, "trading"));
    assert_eq!(report.blocks[0].outcome, Outcome::Unchanged);
    store.set("trading", [("score_threshold", "8")]);
    let report = config.refresh_block("trading").await?;
    let Outcome::Rejected { faults } = &report.blocks[0].outcome else {
        panic!("{report}");
    };
    let Fault { block, key, field, column, value, rule, message, .. } =
        &faults.clone().into_iter().next().ok_or("no fault")?;
    assert_eq!(
        (block.as_str(), key, field.as_deref()),
        ("trading", &None, Some("score_threshold"))
    );
    assert_eq!((column.as_deref(), value.as_deref()), (Some("score_threshold"), Some("8")));
    assert_eq!((rule.as_str(), message.as_str()), ("range 0..=1", "must be within 0..=1"));

    let status = config.status();
    assert_eq!((&status.store, &status.push), (&StoreState::Connected, &PushState::Push));
    let trading = &status.blocks[0];
    assert!(matches!(trading.state, BlockState::Rejected { .. }));
    assert_eq!((trading.version, trading.origin), (1, Origin::Store));
    assert!(trading.last_success.is_some() && trading.pending_restart.is_empty());

    store.fail("gone");
    let report = config.refresh_all().await?;
    assert_eq!(report.blocks[0].outcome, Outcome::Unavailable);
    assert!(matches!(config.status().store, StoreState::Unreachable { .. }));
    assert!(serde_json::to_string(&(config.status(), report)).is_ok());
    config.shutdown().await;
    Ok(())
}

#[test]
fn a_fixed_configuration_needs_no_runtime() {
    let fixed = TradingConfig { max_concurrent_positions: 7, ..Default::default() };
    let config = Config::fixed().with(fixed).build();
    assert_eq!(config.get::<TradingConfig>().max_concurrent_positions, 7);
    assert_eq!(config.get::<TradingConfig>().meta().origin, Origin::Fixed);
}

#[test]
#[should_panic(expected = "must be within 1..=100")]
fn a_fixed_value_that_breaks_its_rules_is_refused() {
    let fixed = TradingConfig { max_concurrent_positions: 700, ..Default::default() };
    let _ = Config::fixed().with(fixed);
}

//! Every mistake at the front door is an error that names the thing and the remedy, and no password.

use std::time::Duration;

use config_sdk::{ConfigBlock, ConfigBuilder, MemoryStore, Mistake, StartError, UrlError};

use crate::blocks::{RiskConfig, TradingConfig};
use crate::stage;

async fn refused(builder: ConfigBuilder) -> String {
    let shown = format!("{builder:?}");
    let error = builder.start().await.unwrap_err();
    assert!(matches!(error, StartError::Mistakes(_)), "{error}");
    let said = error.to_string();
    for text in [&said, &shown, &format!("{error:?}")] {
        assert!(!text.contains("hunter2"), "a password is shown: {text}");
    }
    said
}

#[tokio::test]
async fn a_url_that_cannot_be_used_is_an_error_that_says_what_it_should_look_like() {
    for (url, wanted) in [
        (
            "",
            "the store's URL is empty: give `memory:`, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`",
        ),
        (
            "hunter2",
            "the store's URL has no scheme: it starts with `memory:`, `sqlite:` or `postgres://`",
        ),
        (
            "mysql://app:hunter2@host/shop",
            "`mysql:` is not a store this library knows: use `memory:`, `sqlite:PATH` or `postgres://…`",
        ),
        (
            "sqlite:",
            "`sqlite:` needs a path: `sqlite:config.db`, or `sqlite:/var/lib/app/config.db`",
        ),
        (
            "postgres://app:hunter2@host:port/shop",
            "the postgres URL cannot be used: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        ),
        (
            "postgres://app:hunter2@localhost/shop?sslmode=sure",
            "`sslmode` must be one of disable, prefer, require, verify-ca, verify-full",
        ),
    ] {
        let said = refused(stage::builder().url(url)).await;
        assert!(said.starts_with("the configuration cannot start:\n  - "), "{said}");
        assert!(said.contains(wanted), "{url}: {said}");
    }
}

#[tokio::test]
async fn a_url_to_listen_at_is_a_mistake_where_it_cannot_be_used() {
    let postgres = "postgres://app@localhost/shop";
    let said = refused(stage::builder().url(postgres).listen_url("postgres://app:hunter2@")).await;
    assert!(said.contains("the postgres URL to listen at cannot be used: "), "{said}");
    let wanted = "`listen_url` is for a store that `.url(\"postgres://…\")` names: take it away";
    for builder in [
        stage::builder().url("memory:"),
        stage::builder().url("sqlite:config.db"),
        stage::builder().store(MemoryStore::new()),
    ] {
        let said = refused(builder.listen_url("postgres://app:hunter2@localhost/shop")).await;
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_store_left_out_of_the_build_is_an_error_that_says_which_feature_to_add() {
    let wanted = "`sqlite:` stores need the feature `sqlite` of config-sdk: add it in Cargo.toml";
    assert_eq!(UrlError::Feature("sqlite").to_string(), wanted);
}

#[tokio::test]
async fn a_store_that_cannot_be_migrated_is_an_error_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/nowhere/config.db", folder.path().display());
    let error = stage::builder().url(&url).migrate_now().await.unwrap_err().to_string();
    assert!(error.starts_with("the store was not migrated: "), "{error}");
    assert!(error.contains("see that its folder exists and may be written"), "{error}");
}

#[tokio::test]
async fn no_store_at_all_is_an_error_that_says_which_line_to_add() {
    let said = refused(stage::builder()).await;
    assert!(said.contains("nothing says where the store is: add `.url(\"sqlite:config.db\")` or `.store(my_store)`"), "{said}");
}

#[tokio::test]
async fn a_ttl_of_zero_is_an_error() {
    let said = refused(stage::builder().store(MemoryStore::new()).ttl(Duration::ZERO)).await;
    assert!(
        said.contains(
            "a ttl of zero would ask the store without end: give a longer one, such as 60 s"
        ),
        "{said}"
    );
}

mod other {
    //! A block of the same name as another.

    #[derive(config_sdk::ConfigBlock)]
    #[config(table = "elsewhere")]
    pub(super) struct TradingConfig {
        #[config(default = 1)]
        number: u32,
    }
}

#[derive(ConfigBlock)]
#[config(name = "other_trading", table = "trading_config")]
struct SameTable {
    #[config(default = 1)]
    number: u32,
}

#[tokio::test]
async fn blocks_that_clash_are_errors_that_name_both() {
    let builder = || stage::builder().store(MemoryStore::new());
    let said = refused(builder().block::<RiskConfig>()).await;
    assert!(
        said.contains("`RiskConfig` is registered twice: take one `.block::<RiskConfig>()` away"),
        "{said}"
    );
    let said = refused(builder().block::<other::TradingConfig>()).await;
    assert!(
        said.contains("are both named \"trading\": give one another `#[config(name = \"…\")]`"),
        "{said}"
    );
    let said = refused(builder().block::<SameTable>()).await;
    assert!(said.contains("`TradingConfig` and `SameTable` both live in table trading_config: give one another `#[config(table = \"…\")]`"), "{said}");
}

fn fifty() -> u32 {
    50
}

fn nameless() -> String {
    String::new()
}

#[derive(ConfigBlock)]
struct BrokenConfig {
    #[config(default = fifty(), range = 1..=9)]
    number: u32,
    #[config(default = nameless(), length = 1..)]
    name: String,
}

#[tokio::test]
async fn defaults_that_break_their_own_rules_are_errors_all_at_once() {
    let said = refused(stage::builder().block::<BrokenConfig>().store(MemoryStore::new())).await;
    assert!(
        said.contains("the defaults of `BrokenConfig` break its own rules; correct the struct:"),
        "{said}"
    );
    assert!(said.contains("broken.number = 50: ") && said.contains("broken.name"), "{said}");
}

#[tokio::test]
async fn all_mistakes_are_told_at_once() {
    let builder = stage::builder().block::<BrokenConfig>().block::<RiskConfig>();
    let error = builder.ttl(Duration::ZERO).url("mongodb://x").start().await.unwrap_err();
    let StartError::Mistakes(mistakes) = error else { panic!("{error}") };
    assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
    assert!(mistakes.iter().any(|mistake| matches!(mistake, Mistake::ZeroTtl)));
}

#[test]
fn start_outside_a_runtime_is_an_error_that_says_where_to_call_it() {
    let start = stage::builder().store(MemoryStore::new()).start();
    let mut start = std::pin::pin!(start);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = start.as_mut().poll(&mut context) else { panic!() };
    let wanted =
        "start needs a tokio runtime with time and io enabled: call it inside `#[tokio::main]`";
    assert_eq!(error.to_string(), wanted);
}

#[tokio::test]
async fn a_path_that_leads_nowhere_is_an_error_that_lists_what_there_is_and_the_nearest_name() {
    let config = stage::on_memory(&MemoryStore::new()).await;
    for (path, wanted) in [
        (
            "tradin.score_threshold",
            "no block is named `tradin` (did you mean `trading`?); there are: trading, risk",
        ),
        (
            "trading.score_treshold",
            "block `trading` has no field `score_treshold` (did you mean `score_threshold`?); it has: score_threshold, max_positions",
        ),
        (
            "trading",
            "`trading` names a block; name a field as well, as in `trading.field`, or ask for the whole block",
        ),
        ("trading.tiers.9", "`trading.tiers` has no part `9`"),
        ("trading.tiers.0.limit", "`trading.tiers.0` has no part `limit`"),
        ("trading.max_positions.0", "`trading.max_positions` has no part `0`"),
        ("", "no block is named ``; there are: trading, risk"),
        ("zzzzzz.x", "no block is named `zzzzzz`; there are: trading, risk"),
    ] {
        let said = config.value(path).unwrap_err().to_string();
        assert!(said.starts_with(wanted), "{said}");
        assert_eq!(config.explain(path).unwrap_err().to_string(), said);
    }
    let said = config.value_as::<u8>("trading.sizing_mode").unwrap_err().to_string();
    assert!(said.starts_with("`trading.sizing_mode` cannot be read as u8: "), "{said}");
    let said = config.block("tradin").unwrap_err().to_string();
    assert!(said.contains("did you mean `trading`?"), "{said}");
    let said = config.refresh_block("tradin").await.unwrap_err().to_string();
    assert!(said.contains("did you mean `trading`?"), "{said}");
    assert_eq!(config.get::<TradingConfig>().max_positions, 5);
}

//! Environment variables win over the store, and are validated with it.

use config_sdk::{BlockState, Config, ConfigBlock, MemoryStore, Origin, StartError};

use crate::blocks::TradingConfig;
use crate::log;
use crate::stage::{self, SOON, decimal};

#[tokio::test]
async fn a_variable_wins_over_the_store_and_over_the_defaults() {
    let store = MemoryStore::new();
    let variables = [("APP__TRADING__SCORE_THRESHOLD", "0.9"), ("app__trading__pause", "2m")];
    let builder = stage::builder().store(store.clone()).env_prefix("APP").env_vars(variables);
    let config = builder.start().await.unwrap();
    let pause = std::time::Duration::from_secs(120);
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.9"));
    assert_eq!(config.get::<TradingConfig>().pause, pause);
    let epoch = store.set("trading", [("score_threshold", "0.1"), ("max_positions", "9")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let trading = config.get::<TradingConfig>();
    assert_eq!((trading.score_threshold, trading.max_positions), (decimal("0.9"), 9));
    assert_eq!(trading.meta().origin, Origin::Environment);
    assert_eq!(config.explain("trading.pause").unwrap().origin, Origin::Environment);
    assert_eq!(config.explain("trading.max_positions").unwrap().origin, Origin::Store);
    assert_eq!(config.explain("trading.strategy").unwrap().origin, Origin::Default);
}

#[tokio::test]
async fn a_row_is_validated_together_with_the_environment() {
    let store = MemoryStore::new();
    let variables = [("APP__TRADING__MIN_POSITION", "0.5")];
    let builder = stage::builder().store(store.clone()).env_prefix("APP").env_vars(variables);
    let config = builder.start().await.unwrap();
    // Right by itself, wrong under the variable.
    let epoch = store.set("trading", [("min_position", "0.1"), ("max_position", "0.2")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let BlockState::Rejected { faults } = stage::state(&config, "trading") else { panic!() };
    let said = faults.to_string();
    assert!(said.contains("must not be above max_position"), "{said}");
    assert!(
        said.contains("(set by the environment variable APP__TRADING__MIN_POSITION)"),
        "{said}"
    );
    assert_eq!(config.get::<TradingConfig>().max_position, decimal("1"));
}

#[tokio::test]
async fn a_row_that_is_wrong_only_where_a_variable_stands_over_it_is_taken() {
    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "seven"), ("max_positions", "9")]);
    let variables = [("APP__TRADING__SCORE_THRESHOLD", "0.9")];
    let builder = stage::builder().store(store).env_prefix("APP").env_vars(variables);
    let config = builder.start().await.unwrap();
    assert_eq!(config.get::<TradingConfig>().max_positions, 9);
    assert_eq!(stage::state(&config, "trading"), BlockState::Fresh);
}

#[tokio::test]
async fn an_unknown_variable_is_warned_of_with_the_nearest_name() {
    log::keep();
    let variables = [
        ("APP__TRADING__SCORE_TRESHOLD", "hunter2"),
        ("APPLE__TRADING__SCORE_THRESHOLD", "0.9"),
        ("PATH", "/bin"),
    ];
    let builder = stage::builder().store(MemoryStore::new());
    let config = builder.env_prefix("APP").env_vars(variables).start().await.unwrap();
    assert_eq!(*config.get::<TradingConfig>(), TradingConfig::default());
    let warnings = log::warnings("environment variable");
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    let wanted = "environment variable APP__TRADING__SCORE_TRESHOLD names no field (did you mean \
                  `APP__TRADING__SCORE_THRESHOLD`?); it is ignored";
    assert!(warnings[0].contains(wanted), "{warnings:?}");
    assert!(!log::said().contains("hunter2"), "the text of a variable is logged");
}

#[tokio::test]
async fn a_bad_variable_is_a_start_error_that_names_it() {
    let variables = [
        ("APP__TRADING__SCORE_THRESHOLD", "7"),
        ("APP__TRADING__MAX_POSITIONS", "many"),
        ("APP__RISK__MAX_DRAWDOWN_PCT", "150"),
    ];
    let builder = stage::builder().store(MemoryStore::new());
    let error = builder.env_prefix("APP").env_vars(variables).start().await.unwrap_err();
    assert!(matches!(error, StartError::Mistakes(_)));
    let said = error.to_string();
    assert!(
        said.contains(
            "environment variables set `TradingConfig` to what it refuses; correct or unset them:"
        ),
        "{said}"
    );
    for (name, value) in variables {
        assert!(said.contains(&format!("(set by the environment variable {name})")), "{said}");
        assert!(said.contains(&format!(" = {value}: ")), "{said}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_no_text_is_a_start_error_that_names_it() {
    use std::os::unix::ffi::OsStringExt;
    let text = std::ffi::OsString::from_vec(vec![0xff, 0xfe]);
    let variables = [("APP__TRADING__STRATEGY", text)];
    let builder = stage::builder().store(MemoryStore::new());
    let error = builder.env_prefix("APP").env_vars(variables).start().await.unwrap_err();
    let wanted =
        "environment variable APP__TRADING__STRATEGY is not UTF-8 text: correct or unset it";
    assert!(error.to_string().contains(wanted), "{error}");
}

#[derive(ConfigBlock)]
#[config(check = Self::ports_differ)]
struct ServerConfig {
    #[config(default = 80, restart)]
    port: u16,
    #[config(default = 443)]
    tls_port: u16,
}

impl ServerConfig {
    fn ports_differ(&self) -> Result<(), config_sdk::Faults> {
        let mut faults = config_sdk::Faults::new();
        faults.ensure(self.port != self.tls_port, "tls_port", "must not be the other port");
        faults.into_result()
    }
}

#[tokio::test]
async fn a_field_that_waits_for_a_restart_keeps_its_value_and_shows_as_pending() {
    let store = MemoryStore::new();
    store.set("server", [("port", "8080")]);
    let start = || Config::builder().block::<ServerConfig>().store(store.clone()).start();
    let config = start().await.unwrap();
    assert_eq!(config.get::<ServerConfig>().port, 8080);
    let epoch = store.set("server", [("port", "9090"), ("tls_port", "8443")]);
    config.wait_for(epoch, SOON).await.unwrap();
    let server = config.get::<ServerConfig>();
    assert_eq!((server.port, server.tls_port), (8080, 8443));
    let pending =
        |config: &Config| config.status().block("server").unwrap().pending_restart.clone();
    assert_eq!(pending(&config), ["port"]);
    assert!(config.status().to_string().contains("waits for a restart: port"));
    let explained = config.explain("server.port").unwrap();
    assert!(explained.pending_restart);
    assert!(explained.to_string().contains("another value waits for a restart"), "{explained}");
    // What would not start after a restart is rejected now.
    let epoch = store.set("server", [("port", "8443"), ("tls_port", "8443")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert!(matches!(stage::state(&config, "server"), BlockState::Rejected { .. }));
    let epoch = store.set("server", [("port", "8080"), ("tls_port", "8443")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert!(pending(&config).is_empty());
    let epoch = store.set("server", [("port", "9090")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(start().await.unwrap().get::<ServerConfig>().port, 9090);
}

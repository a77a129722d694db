//! A life with changes, a rejection, an outage and healing, in a store in memory.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config_sdk::{Config, ConfigBlock, Faults, Key, KeyedOptions, MemoryStore, PushState, Secret};
use config_tests::wait;
use metrics_exporter_prometheus::PrometheusRecorder;

use crate::exposition::{Exposition, SOON, recorder, shown};

#[derive(ConfigBlock)]
#[config(check = Self::is_ordered, retired = "old_most")]
struct LimitsConfig {
    #[config(default = 1, range = 1..=100)]
    least: u32,
    #[config(default = 5, range = 1..=100)]
    most: u32,
    #[config(default = 4, range = 1..=8, clamp)]
    threads: u32,
    #[config(default = "low", one_of = ["low", "high"])]
    mode: String,
    #[config(default = "x", length = 1..=3)]
    tag: String,
    #[config(secret)]
    token: Option<Secret<String>>,
}

impl LimitsConfig {
    fn is_ordered(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.ensure(self.least <= self.most, "least", "must not be above most");
        faults.into_result()
    }
}

#[derive(ConfigBlock)]
struct PaceConfig {
    #[config(default = 10)]
    per_minute: u32,
}

#[derive(ConfigBlock)]
#[config(key(guild: String))]
struct GuildConfig {
    #[config(default = 10, range = 1..=100)]
    daily: u32,
}

/// Everything that there is to measure, in a life; the test that wants to know more of a part of it
/// looks at the exposition on the way.
pub(crate) struct Life {
    pub(crate) recorder: &'static PrometheusRecorder,
    pub(crate) store: MemoryStore,
    pub(crate) config: Config,
    _folder: tempfile::TempDir,
    _scope: metrics::LocalRecorderGuard<'static>,
}

impl Life {
    /// Begins with an empty store, listening.
    pub(crate) async fn begin() -> Self {
        let recorder: &'static PrometheusRecorder = Box::leak(Box::new(recorder()));
        let scope = metrics::set_default_local_recorder(recorder);
        let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
        let builder = Config::builder().block::<LimitsConfig>().block::<PaceConfig>();
        let options = KeyedOptions::new().max_entries(1);
        let builder = builder.keyed::<GuildConfig>(options);
        // Nobody is there: the life goes on, and counts it.
        let builder = builder.store(store.clone()).redis("redis://127.0.0.1:1");
        let builder = builder.last_good_dir(folder.path());
        let config = builder.ttl(Duration::from_secs(3600)).start().await.unwrap();
        let life = Self { recorder, store, config, _folder: folder, _scope: scope };
        life.shows("config_sdk_listener_connected", 1.0).await;
        life.shows(r#"config_sdk_reloads_total{trigger="reconnect",result="unchanged"}"#, 1.0)
            .await;
        life
    }

    pub(crate) async fn shows(&self, sample: &str, value: f64) {
        shown(self.recorder, sample, value).await;
    }

    fn value(&self, sample: &str) -> f64 {
        let shown = Exposition::of(self.recorder);
        shown.value(sample).unwrap_or_else(|| panic!("no {sample} in\n{}", shown.0))
    }

    /// Stores columns of `limits`, and waits until readers are at the new epoch.
    async fn set<const N: usize>(&self, columns: [(&str, &str); N]) {
        let epoch = self.store.set("limits", columns);
        self.config.wait_for(epoch, SOON).await.unwrap();
        self.shows("config_sdk_applied_epoch", epoch as f64).await;
    }

    /// A change, a clamped value, a rejection, an outage and its end.
    pub(crate) async fn lead(&self) {
        let guilds = self.config.keyed::<GuildConfig>();
        let bad = Key::new(["bad"]).unwrap();
        self.store.set_key("guild", &bad, [("daily", "500")]);
        for guild in ["one", "one", "bad", "one"] {
            guilds.get(guild).await;
        }
        for (name, value) in [
            (r#"reads_total{block="guild",result="hit"}"#, 1.0),
            (r#"reads_total{block="guild",result="miss"}"#, 3.0),
            (r#"loads_total{block="guild"}"#, 3.0),
            (r#"loaded_keys_total{block="guild"}"#, 3.0),
            (r#"errors_total{block="guild"}"#, 1.0),
            (r#"evictions_total{block="guild"}"#, 2.0),
            (r#"entries{block="guild"}"#, 1.0),
            (r#"rejected{block="guild"}"#, 1.0),
        ] {
            self.shows(&format!("config_sdk_keyed_{name}"), value).await;
        }
        assert!(self.value(r#"config_sdk_keyed_bytes{block="guild"}"#) > 50.0);
        self.set([("most", "7"), ("token", "hush")]).await;
        self.set([("threads", "99")]).await;
        self.set([("least", "0"), ("mode", "odd")]).await;
        self.store.fail("gone to postgres://u:hush@h");
        self.config.refresh_all().await.unwrap();
        self.shows("config_sdk_listener_connected", 0.0).await;
        self.store.heal();
        self.shows("config_sdk_listener_connected", 1.0).await;
        self.set([("most", "8")]).await;
        self.shows("config_sdk_last_reload_successful", 1.0).await;
        let written = r#"config_sdk_last_good_writes_total{result="written"}"#;
        wait::until("a write", SOON, || async { Exposition::of(self.recorder).value(written) })
            .await;
    }
}

#[tokio::test]
async fn changes_are_counted_by_trigger_and_result_and_their_way_is_measured() {
    let life = Life::begin().await;
    assert_eq!(life.value(r#"config_sdk_reloads_total{trigger="start",result="unchanged"}"#), 1.0);
    life.set([("most", "7")]).await;
    assert_eq!(life.value(r#"config_sdk_reloads_total{trigger="push",result="changed"}"#), 1.0);
    assert_eq!(life.value(r#"config_sdk_propagation_seconds_count{trigger="push"}"#), 1.0);
    assert!(life.value(r#"config_sdk_propagation_seconds_sum{trigger="push"}"#) < 10.0);
    life.store.lose_notifications();
    life.store.set("limits", [("most", "8")]);
    life.config.refresh_all().await.unwrap();
    assert_eq!(life.value(r#"config_sdk_reloads_total{trigger="forced",result="changed"}"#), 1.0);
    life.config.refresh_all().await.unwrap();
    assert_eq!(life.value(r#"config_sdk_reloads_total{trigger="forced",result="unchanged"}"#), 1.0);
    assert_eq!(life.value("config_sdk_reload_duration_seconds_count"), 5.0);
    assert_eq!(life.value("config_sdk_applied_epoch"), 2.0);
    assert_eq!(life.value("config_sdk_seen_epoch"), 2.0);
    let forced = r#"config_sdk_propagation_seconds_count{trigger="forced"}"#;
    assert_eq!(Exposition::of(life.recorder).value(forced), None);
}

#[tokio::test]
async fn a_rejected_row_is_shown_until_it_is_put_right_and_its_faults_are_counted_once() {
    let life = Life::begin().await;
    life.set([("least", "9"), ("most", "8")]).await;
    life.set([("least", "0"), ("most", "many"), ("mode", "odd"), ("tag", "long")]).await;
    let before = life.value("config_sdk_last_reload_success_timestamp_seconds");
    for _ in 0..3 {
        life.config.refresh::<PaceConfig>().await.unwrap();
    }
    let unchanged = r#"config_sdk_reloads_total{trigger="forced",result="unchanged"}"#;
    assert_eq!(life.value(unchanged), 3.0);
    assert_eq!(life.value(r#"config_sdk_reloads_total{trigger="push",result="rejected"}"#), 2.0);
    for rule in ["check", "range", "type", "one_of", "length"] {
        let faults = format!(r#"config_sdk_faults_total{{block="limits",rule="{rule}"}}"#);
        assert_eq!(life.value(&faults), 1.0, "{rule}");
    }
    assert_eq!(life.value("config_sdk_last_reload_successful"), 0.0);
    assert_eq!(life.value("config_sdk_last_reload_success_timestamp_seconds"), before);
    assert_eq!(life.value(r#"config_sdk_block_rejected{block="limits"}"#), 1.0);
    assert_eq!(life.value(r#"config_sdk_block_rejected{block="pace"}"#), 0.0);
    life.set([("most", "8")]).await;
    assert_eq!(life.value(r#"config_sdk_block_rejected{block="limits"}"#), 0.0);
    assert_eq!(life.value("config_sdk_last_reload_successful"), 1.0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let success = life.value("config_sdk_last_reload_success_timestamp_seconds");
    assert!(success > before && now - success < 60.0, "{before} {success} {now}");
}

#[tokio::test]
async fn an_outage_shows_as_age_and_failed_passes_and_a_reconnection() {
    let life = Life::begin().await;
    assert_eq!(life.value("config_sdk_listener_reconnects_total"), 0.0);
    life.store.fail("gone fishing");
    life.shows("config_sdk_listener_connected", 0.0).await;
    life.config.refresh_all().await.unwrap();
    assert_eq!(life.value("config_sdk_last_reload_successful"), 0.0);
    assert!(life.value(r#"config_sdk_reloads_total{trigger="forced",result="failed"}"#) >= 1.0);
    let stale = r#"config_sdk_block_stale_seconds{block="pace"}"#;
    wait::until("age", SOON, || async { life.value(stale) > 0.2 }).await;
    life.store.heal();
    life.shows("config_sdk_listener_reconnects_total", 1.0).await;
    life.shows("config_sdk_last_reload_successful", 1.0).await;
    assert!(life.value(stale) < 0.2);
    let push = life.config.status().push;
    assert_eq!((life.value("config_sdk_listener_connected"), push), (1.0, PushState::Push));
}

#[tokio::test]
async fn one_block_that_cannot_be_read_makes_a_pass_fail_and_only_that_block_old() {
    let life = Life::begin().await;
    life.store.unreadable("pace", Some("its table is on loan"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    life.config.refresh_all().await.unwrap();
    assert_eq!(life.value(r#"config_sdk_reloads_total{trigger="forced",result="failed"}"#), 1.0);
    assert_eq!(life.value("config_sdk_last_reload_successful"), 0.0);
    assert!(life.value(r#"config_sdk_block_stale_seconds{block="pace"}"#) >= 0.05);
    assert!(life.value(r#"config_sdk_block_stale_seconds{block="limits"}"#) < 0.05);
}

#[tokio::test]
async fn defaults_clamped_values_and_columns_that_nobody_knows_are_shown() {
    let life = Life::begin().await;
    let defaults = r#"config_sdk_block_defaults_in_use{block="limits"}"#;
    assert_eq!(life.value(defaults), 1.0);
    life.set([("threads", "99"), ("mots", "7"), ("old_most", "6")]).await;
    assert_eq!(life.value(defaults), 0.0);
    assert_eq!(life.value(r#"config_sdk_block_unknown_columns{block="limits"}"#), 1.0);
    assert_eq!(life.value(r#"config_sdk_clamped_values_total{block="limits"}"#), 1.0);
    let epoch = life.store.remove("limits");
    life.config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(life.value(defaults), 1.0);
    assert_eq!(life.value(r#"config_sdk_block_unknown_columns{block="limits"}"#), 0.0);
}

#[tokio::test]
async fn values_secrets_and_addresses_are_in_no_metric() {
    let life = Life::begin().await;
    life.lead().await;
    let text = Exposition::of(life.recorder).0;
    for secret in ["hush", "postgres", "odd"] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[tokio::test]
async fn the_last_good_values_that_cannot_be_written_are_counted() {
    let recorder = recorder();
    let _scope = metrics::set_default_local_recorder(&recorder);
    let folder = tempfile::NamedTempFile::new().unwrap(); // a file where the folder should be
    let builder = Config::builder().block::<PaceConfig>().url("memory:");
    let _config = builder.last_good_dir(folder.path()).start().await.unwrap();
    shown(&recorder, r#"config_sdk_last_good_writes_total{result="failed"}"#, 1.0).await;
}

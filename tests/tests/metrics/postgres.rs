//! What only a server can show: a notification that is missed, and a store that is seen and cannot
//! be read.

use std::time::Duration;

use config_sdk::{Config, ConfigBlock};
use config_tests::postgres::{Database, Role, Server};
use config_tests::wait;
use metrics_exporter_prometheus::PrometheusRecorder;

use crate::exposition::{Exposition, SOON, recorder, shown};
use crate::promtool::promtool;

/// By when a heartbeat has come.
const HEARTBEAT: Duration = Duration::from_secs(25);

#[derive(ConfigBlock)]
struct PaceConfig {
    #[config(default = 10, range = 1..=60)]
    per_minute: u32,
}

/// A database with a row, and a role that reads it.
async fn database() -> (Database, Role) {
    let database = Server::shared().database();
    let builder = Config::builder().block::<PaceConfig>();
    builder.url(&database.url()).migrate_now().await.unwrap();
    database.psql("insert into pace_config (status, per_minute) values ('active', 1)");
    let reader = database.role("");
    database.psql(&format!(
        "grant usage on schema config_sdk to {0};
         grant select on config_sdk.epoch, config_sdk.change, pace_config to {0};",
        reader.name
    ));
    (database, reader)
}

async fn start(reader: &Role, recorder: &PrometheusRecorder) -> Config {
    let builder = Config::builder().block::<PaceConfig>().url(&reader.url).start_timeout(SOON);
    let config = builder.ttl(Duration::from_secs(3600)).start().await.unwrap();
    shown(recorder, "config_sdk_listener_connected", 1.0).await;
    config
}

fn set(database: &Database, pace: u32) {
    database.psql(&format!("update pace_config set per_minute = {pace} where status = 'active'"));
}

fn value(recorder: &PrometheusRecorder, sample: &str) -> f64 {
    Exposition::of(recorder).value(sample).unwrap_or_else(|| panic!("no {sample}"))
}

#[tokio::test]
async fn a_change_on_postgres_is_measured_and_one_that_was_not_told_of_is_counted_as_missed() {
    let (database, reader) = database().await;
    let recorder = recorder();
    let _scope = metrics::set_default_local_recorder(&recorder);
    let _config = start(&reader, &recorder).await;
    set(&database, 2);
    shown(&recorder, r#"config_sdk_propagation_seconds_count{trigger="push"}"#, 1.0).await;
    let took = value(&recorder, r#"config_sdk_propagation_seconds_sum{trigger="push"}"#);
    assert!(took > 0.0 && took < SOON.as_secs_f64(), "{took}");
    assert_eq!(value(&recorder, "config_sdk_missed_notifications_total"), 0.0);
    // The function that notifies, without its notification.
    database.psql(
        "create or replace function config_sdk.advance(block text, next bigint) returns void \
         language sql as $$ update config_sdk.epoch set epoch = next, tx = null $$",
    );
    set(&database, 3);
    wait::until("the heartbeat", HEARTBEAT, || async {
        value(&recorder, "config_sdk_missed_notifications_total") == 1.0
    })
    .await;
    shown(&recorder, "config_sdk_applied_epoch", 3.0).await;
    let text = Exposition::of(&recorder).0;
    promtool(&["check", "metrics"], &text);
    assert!(!text.contains("127.0.0.1") && !text.contains(&reader.name), "{text}");
}

#[tokio::test]
async fn a_store_that_is_seen_and_cannot_be_read_on_postgres_shows_as_two_epochs() {
    let (database, reader) = database().await;
    let recorder = recorder();
    let _scope = metrics::set_default_local_recorder(&recorder);
    let config = start(&reader, &recorder).await;
    config.refresh_all().await.unwrap();
    assert_eq!(value(&recorder, "config_sdk_seen_epoch"), 1.0);
    // The listener keeps its connection; the one that reads is ended and cannot be made anew.
    let ended = database.psql(&format!(
        "alter role {0} connection limit 1;
         select count(pg_terminate_backend(pid)) from pg_stat_activity
         where usename = '{0}' and query not ilike 'listen%' and query not ilike '%pg_notify%'
             and query not ilike '%string_agg(concat_ws(%';",
        reader.name
    ));
    assert_eq!(ended.lines().last(), Some("1"));
    set(&database, 2);
    wait::until("the heartbeat", HEARTBEAT, || async {
        value(&recorder, "config_sdk_seen_epoch") == 2.0
    })
    .await;
    assert_eq!(value(&recorder, "config_sdk_applied_epoch"), 1.0);
    assert_eq!(value(&recorder, "config_sdk_last_reload_successful"), 0.0);
    assert!(value(&recorder, r#"config_sdk_block_stale_seconds{block="pace"}"#) > 0.0);
    database.psql(&format!("alter role {} connection limit -1", reader.name));
    shown(&recorder, "config_sdk_applied_epoch", 2.0).await;
    assert_eq!(value(&recorder, "config_sdk_seen_epoch"), 2.0);
    assert_eq!(config.get::<PaceConfig>().per_minute, 2);
}

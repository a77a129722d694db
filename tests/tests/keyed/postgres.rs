//! Keyed blocks on Postgres: two processes, changes by plain SQL, what each asks of the server.

use std::time::{Duration, Instant};

use config_sdk::{Config, ConfigBuilder, Keyed, KeyedOptions, PushState};
use config_tests::postgres::{Database, Server};
use config_tests::wait;
use tokio::task::JoinSet;

use crate::blocks::{BytesConfig, HOUR, PlanConfig, SOON, SystemConfig, plan};

fn builder(database: &Database) -> ConfigBuilder {
    Config::builder()
        .block::<SystemConfig>()
        .keyed::<BytesConfig>(KeyedOptions::new().max_entries(20_000).load_timeout(SOON))
        .keyed::<PlanConfig>(KeyedOptions::new())
        .url(&database.url())
        .ttl(HOUR)
        .start_timeout(SOON)
}

pub(crate) async fn database() -> Database {
    let database = Server::shared().database();
    builder(&database).migrate_now().await.unwrap();
    database
}

pub(crate) async fn process(database: &Database) -> Config {
    let config = builder(database).start().await.unwrap();
    wait::until("push", SOON, || async { config.status().push == PushState::Push }).await;
    config
}

/// As many guilds as that, without the triggers' work.
pub(crate) fn fill(database: &Database, count: u64) {
    database.psql(&format!(
        "begin; alter table bytes_config disable trigger user; \
         insert into bytes_config (version, status, guild_id, daily_amount) \
         select 1, 'active', 'guild-' || n, n % 1000 + 1 from generate_series(0, {count} - 1) n; \
         alter table bytes_config enable trigger user; commit; vacuum analyze bytes_config"
    ));
}

fn set_daily(database: &Database, guild: &str, amount: i64) {
    database.psql(&format!(
        "update bytes_config set daily_amount = {amount} where guild_id = '{guild}' and status = 'active'"
    ));
}

/// How long until a reader has it, who looks again and again.
pub(crate) async fn seen(
    bytes: &Keyed<BytesConfig>,
    guild: &str,
    amount: i64,
    began: Instant,
) -> Duration {
    while bytes.get(guild).await.daily_amount != amount {
        assert!(began.elapsed() < SOON, "{guild} has not become {amount}");
        tokio::time::sleep(Duration::from_micros(100)).await;
    }
    began.elapsed()
}

#[tokio::test]
async fn a_change_by_plain_sql_is_seen_by_two_processes_within_50_ms_and_no_other_key_is_reloaded()
{
    let database = database().await;
    fill(&database, 10);
    let (one, two) = (process(&database).await, process(&database).await);
    let (one, two) = (one.keyed::<BytesConfig>(), two.keyed::<BytesConfig>());
    let all: Vec<_> = (0..10).map(|number| format!("guild-{number}")).collect();
    for bytes in [&one, &two] {
        assert_eq!(bytes.warm(&all).await.loaded, 10);
    }
    let client = database.client().await;
    let mut delays = Vec::new();
    for round in 1..=20 {
        let sql =
            format!("update bytes_config set daily_amount = {round} where guild_id = 'guild-7'");
        client.batch_execute(&sql).await.unwrap();
        let began = Instant::now();
        delays.push(seen(&one, "guild-7", round, began).await);
        delays.push(seen(&two, "guild-7", round, began).await);
    }
    delays.sort_unstable();
    assert!(delays[delays.len() / 2] < Duration::from_millis(50), "{delays:?}");
    for bytes in [&one, &two] {
        assert_eq!(bytes.stats().loaded_keys, 10 + 20);
    }
}

#[tokio::test]
async fn a_thousand_tasks_for_one_cold_key_make_one_query_as_the_server_counts() {
    let database = database().await;
    fill(&database, 10);
    let bytes = process(&database).await.keyed::<BytesConfig>();
    bytes.get("guild-1").await;
    database.reset_queries();
    let mut tasks = JoinSet::new();
    for _ in 0..1000 {
        let bytes = bytes.clone();
        tasks.spawn(async move { bytes.get("guild-7").await.daily_amount });
    }
    assert!(tasks.join_all().await.into_iter().all(|amount| amount == 8));
    assert_eq!(database.queries("%jsonb_populate_recordset%"), 1);
}

#[tokio::test]
async fn ten_thousand_cold_keys_make_a_few_dozen_queries_as_the_server_counts() {
    let database = database().await;
    fill(&database, 10_000);
    let bytes = process(&database).await.keyed::<BytesConfig>();
    database.reset_queries();
    let mut tasks = JoinSet::new();
    for number in 0..10_000 {
        let bytes = bytes.clone();
        tasks.spawn(async move { bytes.get(format!("guild-{number}")).await.daily_amount });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<i64>(), 5_005_000);
    let queries = database.queries("%jsonb_populate_recordset%");
    assert!((10..=36).contains(&queries), "{queries}");
}

#[tokio::test]
async fn a_resident_block_changes_with_the_blocks_of_its_transaction() {
    let database = database().await;
    let config = process(&database).await;
    for mark in 1..=20 {
        database.psql(&format!(
            "begin; delete from system_config; delete from plan_config; \
             insert into plan_config (status, symbol, strategy, size) \
             values ('active', 'ETH/USDT', 'momentum', {mark}); \
             insert into system_config (status, mark) values ('active', {mark}); commit"
        ));
        let view = wait::until("the change", SOON, || async {
            let view = config.snapshot();
            (view.get::<SystemConfig>().mark == mark).then_some(view)
        })
        .await;
        let plans = view.keyed::<PlanConfig>();
        assert_eq!(plans.load(("ETH/USDT", "momentum")).size, mark);
    }
    let plans = config.keyed::<PlanConfig>();
    assert_eq!(plans.load(&plan("ETH/USDT", "momentum")).size, 20);
}

#[tokio::test]
async fn what_is_dropped_by_hand_is_dropped_in_the_other_process() {
    let database = database().await;
    fill(&database, 10);
    let (one, two) = (process(&database).await, process(&database).await);
    let (one, two) = (one.keyed::<BytesConfig>(), two.keyed::<BytesConfig>());
    two.warm(["guild-1", "guild-2"]).await;
    one.invalidate_matching("*-1");
    wait::until("the other's copy to go", SOON, || async { two.peek("guild-1").is_none() }).await;
    assert!(two.peek("guild-2").is_some());
}

#[tokio::test]
async fn a_key_may_be_any_text() {
    let database = database().await;
    let bytes = process(&database).await.keyed::<BytesConfig>();
    let odd = ["it's", r#"a"b\c"#, "ETH/USDT", "a,b;c--", "ключ 🗝", "{a,b}", "NULL", " "];
    let client = database.client().await;
    for (number, key) in (1i64..).zip(odd) {
        let sql =
            "insert into bytes_config (status, guild_id, daily_amount) values ('active', $1, $2)";
        client.execute(sql, &[&key, &number]).await.unwrap();
    }
    for (number, key) in (1i64..).zip(odd) {
        assert_eq!(bytes.get_fresh(key).await.unwrap().daily_amount, number, "{key}");
    }
    let warmed = process(&database).await.keyed::<BytesConfig>();
    assert_eq!(warmed.warm_all(|_| {}).await.loaded, odd.len());
    assert_eq!(warmed.peek("it's").unwrap().daily_amount, 1);
}

#[tokio::test]
async fn a_row_whose_key_is_null_in_part_or_empty_is_refused_at_the_table() {
    let database = database().await;
    for bad in ["null, 'a'", "'a', null", "'', 'a'"] {
        let sql =
            format!("insert into plan_config (status, symbol, strategy) values ('active', {bad})");
        assert!(database.try_psql(&sql).is_err(), "{bad}");
    }
    database.psql("insert into plan_config (status, size) values ('active', 9)");
    let config = process(&database).await;
    assert_eq!(config.keyed::<PlanConfig>().load(("any", "thing")).size, 9);
}

#[tokio::test]
async fn a_server_that_is_killed_under_load_fails_no_read_and_loses_no_change() {
    let server = Server::start();
    let database = server.database();
    builder(&database).migrate_now().await.unwrap();
    fill(&database, 100);
    let config = process(&database).await;
    let bytes = config.keyed::<BytesConfig>();
    let all: Vec<_> = (0..100).map(|number| format!("guild-{number}")).collect();
    bytes.warm(&all).await;
    set_daily(&database, "guild-1", 777);
    seen(&bytes, "guild-1", 777, Instant::now()).await;
    server.kill9();
    for _ in 0..100 {
        assert_eq!(bytes.get("guild-1").await.daily_amount, 777);
        assert_eq!(bytes.get("guild-2").await.daily_amount, 3);
        assert_eq!(bytes.get("cold").await.daily_amount, 10);
    }
    server.restart();
    set_daily(&database, "guild-2", 888);
    seen(&bytes, "guild-2", 888, Instant::now()).await;
    assert_eq!(bytes.get("guild-1").await.daily_amount, 777);
    assert_eq!(bytes.get_fresh("guild-2").await.unwrap().daily_amount, 888);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_warmed_after_a_clear_stays() {
    let database = database().await;
    fill(&database, 1800);
    let config = process(&database).await;
    let bytes = config.keyed::<BytesConfig>();
    let mut events = config.events();
    for round in 0..20 {
        bytes.invalidate_matching("guild-1*");
        bytes.clear();
        let warmed = bytes.warm_all(|_| {}).await;
        let mut told = Vec::new();
        while let Ok(event) = tokio::time::timeout(Duration::from_millis(50), events.next()).await {
            told.push(event);
        }
        let active = bytes.stats().active;
        assert_eq!(active, 1800, "round {round}: {warmed:?} {told:?}");
    }
}

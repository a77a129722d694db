//! Keyed blocks on SQLite: two processes on one file, changes by plain SQL.

use config_sdk::{Config, KeyedOptions, PushState};
use config_tests::wait;
use rusqlite::Connection;

use crate::blocks::{BytesConfig, HOUR, PlanConfig, SOON, SystemConfig};

struct File {
    _folder: tempfile::TempDir,
    url: String,
    connection: Connection,
}

async fn file() -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.db");
    let url = format!("sqlite:{}", path.display());
    process(&url).await.shutdown().await;
    let connection = Connection::open(&path).unwrap();
    connection.busy_timeout(SOON).unwrap();
    File { _folder: folder, url, connection }
}

async fn process(url: &str) -> Config {
    let config = Config::builder()
        .block::<SystemConfig>()
        .keyed::<BytesConfig>(KeyedOptions::new())
        .keyed::<PlanConfig>(KeyedOptions::new())
        .url(url)
        .ttl(HOUR)
        .migrate()
        .start()
        .await
        .unwrap();
    wait::until("push", SOON, || async { config.status().push == PushState::Push }).await;
    config
}

#[tokio::test]
async fn a_change_by_plain_sql_reaches_two_processes_and_reloads_its_key_alone() {
    let file = file().await;
    let set = |guild: &str, amount: i64| {
        let sql =
            "insert into bytes_config (status, guild_id, daily_amount) values ('active', ?1, ?2)";
        file.connection.execute("delete from bytes_config where guild_id = ?1", [guild]).unwrap();
        file.connection.execute(sql, (guild, amount)).unwrap();
    };
    set("guild-1", 20);
    set("it's", 30);
    let (one, two) = (process(&file.url).await, process(&file.url).await);
    let (one, two) = (one.keyed::<BytesConfig>(), two.keyed::<BytesConfig>());
    for bytes in [&one, &two] {
        assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
        assert_eq!(bytes.get("it's").await.daily_amount, 30);
        assert_eq!(bytes.get("nobody").await.daily_amount, 10);
    }
    let before: Vec<_> = [&one, &two].map(|bytes| bytes.stats().loaded_keys).into();
    set("it's", 40);
    for (bytes, before) in [&one, &two].into_iter().zip(before) {
        let arrived = || async { bytes.get("it's").await.daily_amount == 40 };
        wait::until("the change", SOON, arrived).await;
        assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
        let loaded = bytes.stats().loaded_keys - before;
        assert!((1..=2).contains(&loaded), "{loaded}: once for each of the two statements at most");
    }
}

#[tokio::test]
async fn a_resident_block_follows_and_copies_are_dropped_in_the_other_process() {
    let file = file().await;
    let (one, two) = (process(&file.url).await, process(&file.url).await);
    file.connection
        .execute_batch(
            "insert into plan_config (status, stop) values ('active', 7);
             insert into plan_config (status, symbol, strategy, size) values ('active', 'ETH/USDT', 'a', 5)",
        )
        .unwrap();
    let plans = one.keyed::<PlanConfig>();
    wait::until("the plan", SOON, || async {
        let plan = plans.load(("ETH/USDT", "a"));
        (plan.size, plan.stop) == (5, 7)
    })
    .await;
    let (one, two) = (one.keyed::<BytesConfig>(), two.keyed::<BytesConfig>());
    two.get("guild-1").await;
    one.clear();
    wait::until("the other's copy to go", SOON, || async { two.peek("guild-1").is_none() }).await;
}

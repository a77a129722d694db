//! Keyed blocks on SQLite: two processes on one file, changes by plain SQL.

use std::time::{Duration, Instant};

use config_sdk::{Config, ConfigBlock, KeyedOptions, PushState};
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

/// Per guild, in a table of somebody else's.
#[derive(Debug, ConfigBlock)]
#[config(name = "purse", table = "purses", key(guild_id: String), adopt)]
struct PurseConfig {
    #[config(default = 10)]
    daily_amount: i64,
}

#[tokio::test]
async fn copies_of_a_table_that_tells_of_nothing_grow_old_until_it_is_adopted() {
    let file = file().await;
    let set = |amount: i64| {
        let sql = "insert or replace into purses (guild_id, daily_amount) values ('guild-1', ?1)";
        file.connection.execute(sql, [amount]).unwrap();
    };
    let table = "create table purses (guild_id text primary key, daily_amount integer)";
    file.connection.execute_batch(table).unwrap();
    set(20);
    let ttl = Duration::from_millis(400);
    let builder = || {
        let options = KeyedOptions::new().ttl(ttl);
        Config::builder()
            .keyed::<PurseConfig>(options)
            .url(&file.url)
            .ttl(Duration::from_millis(100))
    };
    let config = builder().start().await.unwrap();
    let purses = config.keyed::<PurseConfig>();
    assert_eq!(purses.get("guild-1").await.daily_amount, 20);
    set(30);
    let began = Instant::now();
    let arrived = || async { purses.get("guild-1").await.daily_amount == 30 };
    wait::until("the change", SOON, arrived).await;
    assert!(
        began.elapsed() > ttl / 2,
        "its own time to live, not the poll's: {:?}",
        began.elapsed()
    );
    let loads = purses.stats().loads;
    assert!((2..=6).contains(&loads), "{loads} loads for one key");

    builder().adopt_now().await.unwrap();
    wait::until("the change to be told", SOON, || async {
        set(40);
        set(50);
        let loads = purses.stats().loads;
        tokio::time::sleep(ttl * 3).await;
        purses.get("guild-1").await;
        tokio::time::sleep(ttl * 3).await;
        purses.get("guild-1").await.daily_amount == 50 && purses.stats().loads <= loads + 2
    })
    .await;
}

/// The same, with every copy in memory.
#[derive(Debug, ConfigBlock)]
#[config(name = "till", table = "tills", key(guild_id: String), adopt, resident)]
struct TillConfig {
    #[config(default = 10)]
    daily_amount: i64,
}

#[tokio::test]
async fn a_snapshot_follows_a_resident_table_that_tells_of_nothing() {
    let file = file().await;
    let table = "create table tills (guild_id text primary key, daily_amount integer);
                 insert into tills values ('guild-1', 20)";
    file.connection.execute_batch(table).unwrap();
    let builder = Config::builder().keyed::<TillConfig>(KeyedOptions::new()).url(&file.url);
    let config = builder.ttl(Duration::from_millis(100)).start().await.unwrap();
    let seen = || config.snapshot().keyed::<TillConfig>().load("guild-1").daily_amount;
    assert_eq!(seen(), 20);
    assert!(config.status().keyed("till").unwrap().untracked);
    file.connection.execute_batch("update tills set daily_amount = 30").unwrap();
    wait::until("the change", SOON, || async { seen() == 30 }).await;
}

#[tokio::test]
async fn a_copy_is_served_while_it_is_read_again_and_waited_for_once_it_is_too_old() {
    let file = file().await;
    let table = "create table purses (guild_id text primary key, daily_amount integer);
                 insert into purses values ('guild-1', 20)";
    file.connection.execute_batch(table).unwrap();
    let set =
        |amount: i64| file.connection.execute("update purses set daily_amount = ?1", [amount]);
    let started = |options: KeyedOptions| {
        Config::builder().keyed::<PurseConfig>(options).url(&file.url).ttl(HOUR).start()
    };
    let (ttl, day) = (Duration::from_millis(200), Duration::from_secs(24 * 3600));
    let soft = started(KeyedOptions::new().ttl(ttl).hard_ttl(day)).await.unwrap();
    let soft = soft.keyed::<PurseConfig>();
    let hard = started(KeyedOptions::new().ttl(ttl).hard_ttl(ttl)).await.unwrap();
    let hard = hard.keyed::<PurseConfig>();
    assert_eq!(soft.get("guild-1").await.daily_amount, 20);
    assert_eq!(hard.get("guild-1").await.daily_amount, 20);
    set(30).unwrap();
    let expired = || async { soft.stats().expired == 1 && hard.stats().expired == 1 };
    wait::until("the lifetime to end", SOON, expired).await;
    assert_eq!(hard.get("guild-1").await.daily_amount, 30, "waited for");
    assert_eq!(soft.get("guild-1").await.daily_amount, 20, "served");
    let read_again = || async { soft.peek("guild-1").is_some_and(|copy| copy.daily_amount == 30) };
    wait::until("the copy to be read again", SOON, read_again).await;
}

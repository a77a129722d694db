//! The same between processes that share a Postgres database.

use config_sdk::{Config, KeyedOptions, PushState, RedisOptions};
use config_tests::postgres::{Database, Server};
use config_tests::redis::Redis;
use config_tests::wait;

use crate::stage::{BytesConfig, HOUR, SOON, connected, counts};

/// A process that uses both, once it does.
async fn process(database: &Database, redis: &Redis) -> Config {
    let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new()).ttl(HOUR).migrate();
    let builder = builder.url(&database.url()).redis(&redis.url());
    let config = builder.start().await.unwrap();
    connected(&config).await;
    let listens = || async { config.status().push == PushState::Push };
    wait::until("push", SOON, listens).await;
    config
}

fn epoch(database: &Database) -> u64 {
    database.psql("select epoch from config_sdk.epoch").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_starts_finds_what_others_have_loaded_from_postgres() {
    let (database, redis) = (Server::shared().database(), Redis::start());
    let first = process(&database, &redis).await;
    database.psql(
        "insert into bytes_config (status, guild_id, daily_amount, greeting) values \
         ('active', null, null, 'hello'), ('active', 'guild-1', 20, null)",
    );
    first.wait_for(epoch(&database), SOON).await.unwrap();
    first.keyed::<BytesConfig>().warm(["guild-1", "guild-2"]).await;
    let copies = || async { redis.cli(&["--scan", "--pattern", "*:guild-?"]).lines().count() == 2 };
    wait::until("the copies", SOON, copies).await;
    let second = process(&database, &redis).await;
    let bytes = second.keyed::<BytesConfig>();
    for (guild, amount) in [("guild-1", 20), ("guild-2", 10)] {
        let copy = bytes.get(guild).await;
        assert_eq!((copy.daily_amount, copy.greeting.as_deref()), (amount, Some("hello")));
    }
    assert_eq!(counts(&second), (2, 0));
    database.psql("update bytes_config set daily_amount = 30 where guild_id = 'guild-1'");
    for process in [&first, &second] {
        process.wait_for(epoch(&database), SOON).await.unwrap();
        assert_eq!(process.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 30);
        assert_eq!(process.keyed::<BytesConfig>().get("guild-2").await.daily_amount, 10);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_was_altered_while_no_process_ran_is_read_anew_from_postgres() {
    let (database, redis) = (Server::shared().database(), Redis::start());
    let first = process(&database, &redis).await;
    database.psql("insert into bytes_config (status, guild_id, daily_amount) values ('active', 'guild-1', 20)");
    first.wait_for(epoch(&database), SOON).await.unwrap();
    assert_eq!(first.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 20);
    first.shutdown().await;
    drop(first);
    database.psql(
        "alter table bytes_config alter column daily_amount type numeric using daily_amount * 2",
    );
    let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new()).ttl(HOUR);
    let second = builder.url(&database.url()).redis(&redis.url()).start().await.unwrap();
    connected(&second).await;
    assert_eq!(second.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 40);
}

/// As two clusters have it in which the database has the same name, with one Redis.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_databases_in_one_namespace_do_not_read_each_others_rows() {
    let (shared, own, redis) = (Server::shared(), Server::start(), Redis::start());
    let databases = [shared.database(), shared.database(), own.database()];
    let mut processes = Vec::new();
    for (database, amount) in databases.iter().zip(21..) {
        let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new()).ttl(HOUR);
        let builder = builder.url(&database.url()).migrate();
        let options = RedisOptions::new().namespace("one");
        let config = builder.redis_with(&redis.url(), options).start().await.unwrap();
        connected(&config).await;
        // Each of them further than those before, so that no epoch gives it away.
        for _ in 20..amount {
            database.psql(&format!(
                "delete from bytes_config; insert into bytes_config (status, guild_id, daily_amount)
                 values ('active', 'guild-1', {amount})"
            ));
        }
        config.refresh_all().await.unwrap();
        config.wait_for(epoch(database), SOON).await.unwrap();
        processes.push((config, amount));
    }
    for _ in 0..2 {
        for (config, amount) in &processes {
            let bytes = config.keyed::<BytesConfig>();
            assert_eq!(bytes.get("guild-1").await.daily_amount, *amount);
            bytes.clear();
        }
    }
    let copies = || async { redis.cli(&["--scan", "--pattern", "*:guild-1"]).lines().count() == 3 };
    for (config, _) in &processes {
        config.keyed::<BytesConfig>().get("guild-1").await;
    }
    wait::until("a copy of each", SOON, copies).await;
}

#[tokio::test]
async fn a_wish_that_cannot_be_met_is_told_at_the_start() {
    let start = async |url: &str, options: RedisOptions| {
        let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new()).url("memory:");
        builder.redis_with(url, options).start().await.unwrap_err().to_string()
    };
    let error = start("postgres://host", RedisOptions::new()).await;
    assert!(error.contains("a redis URL starts with `redis://`"), "{error}");
    let error = start("redis://host", RedisOptions::new().namespace("{shop}")).await;
    assert!(
        error.contains("a redis namespace is 1 to 64 letters, digits or `-_.:`: rename it"),
        "{error}"
    );
    let error = start("redis://host", RedisOptions::new().ttl(std::time::Duration::ZERO)).await;
    assert!(error.contains("the redis URL cannot be used: "), "{error}");
}

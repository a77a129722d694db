//! Hearing through Redis what other processes find.

use config_sdk::{Config, KeyedOptions, MemoryStore, PushState, RedisOptions};
use config_tests::pooler::Pooler;
use config_tests::postgres::Server;
use config_tests::redis::Redis;
use config_tests::wait;

use crate::stage::{BytesConfig, HOUR, SOON, Stage, connected};

/// A process that does not listen to `store` itself.
async fn deaf(store: &MemoryStore, redis: &Redis) -> Config {
    let options = RedisOptions::new().namespace("stage").only_ear();
    let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new()).ttl(HOUR);
    let builder = builder.store(store.clone()).redis_with(&redis.url(), options);
    let config = builder.start().await.unwrap();
    connected(&config).await;
    let polls = || async { matches!(config.status().push, PushState::PollOnly { .. }) };
    wait::until("a state that says so", SOON, polls).await;
    config
}

#[tokio::test]
async fn a_process_that_cannot_listen_hears_of_what_another_one_found() {
    let stage = Stage::new();
    let deaf = deaf(&stage.store, &stage.redis).await;
    let bytes = deaf.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 10);
    let _listens = stage.process().await;
    let epoch = stage.set_daily("guild-1", 20);
    deaf.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 20);
    let PushState::PollOnly { reason } = deaf.status().push else { panic!("{}", deaf.status()) };
    assert!(reason.contains("not listened to"), "{reason}");
    assert!(reason.contains(&format!("redis 127.0.0.1:{}/0", stage.redis.port())), "{reason}");
}

#[tokio::test]
async fn what_was_told_while_the_server_was_away_is_looked_for_once_it_is_back() {
    let stage = Stage::new();
    let deaf = deaf(&stage.store, &stage.redis).await;
    stage.redis.kill9();
    let epoch = stage.set_daily("guild-1", 20);
    stage.redis.restart();
    deaf.wait_for(epoch, SOON).await.unwrap();
}

#[tokio::test]
async fn an_epoch_is_told_once_however_many_processes_find_it() {
    let stage = Stage::new();
    let mut processes = Vec::new();
    for _ in 0..5 {
        processes.push(stage.process().await);
    }
    let monitor = stage.redis.monitor();
    let mut last = 0;
    for amount in 1..=10 {
        let epoch = stage.set_daily("guild-1", amount);
        last = epoch;
        for process in &processes {
            process.wait_for(epoch, SOON).await.unwrap();
        }
    }
    let told = || -> Vec<u64> {
        let commands = monitor.commands();
        let told = commands.iter().filter(|command| command[0] == "PUBLISH");
        told.map(|told| told[2].split(' ').next().unwrap().parse().unwrap()).collect()
    };
    wait::until("the last to be told", SOON, || async { told().contains(&last) }).await;
    let told = told();
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_behind_a_pooler_hears_in_time_although_postgres_cannot_tell_it() {
    let (server, redis) = (Server::shared(), Redis::start());
    let database = server.database();
    let pooler = Pooler::to(&server, 4);
    let start = async |url: &str| {
        let builder = Config::builder().keyed::<BytesConfig>(KeyedOptions::new()).url(url);
        let options = RedisOptions::new().namespace("pooled");
        let builder = builder.ttl(HOUR).migrate().redis_with(&redis.url(), options);
        let config = builder.start().await.unwrap();
        connected(&config).await;
        config
    };
    let (listens, pooled) = (start(&database.url()).await, start(&pooler.url(&database)).await);
    let push = || async { listens.status().push == PushState::Push };
    wait::until("push", SOON, push).await;
    let polls = || async { matches!(pooled.status().push, PushState::PollOnly { .. }) };
    wait::until("a state that says so", SOON, polls).await;
    let bytes = pooled.keyed::<BytesConfig>();
    assert_eq!(bytes.get("guild-1").await.daily_amount, 10);
    database.psql(
        "insert into bytes_config (status, guild_id, daily_amount) values ('active', 'guild-1', 20)",
    );
    let seen = || async { bytes.get("guild-1").await.daily_amount == 20 };
    wait::until("the change", SOON, seen).await;
}

//! Hearing through Redis what other processes find.

use config_sdk::{Config, KeyedOptions, MemoryStore, PushState, RedisOptions};
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

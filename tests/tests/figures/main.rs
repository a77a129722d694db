//! What a process may ask of its store, counted: while nothing happens, when it starts, and when many blocks
//! change at once. The bounds are those that the benchmark `refresh` shows to be kept.

use std::time::{Duration, Instant};

use config_sdk::{Config, ConfigBlock, ConfigBuilder, KeyedOptions, PostgresStore, PushState};
use config_tests::counted::Counted;
use config_tests::numbered::{self, Numbered};
use config_tests::postgres::{Database, Server};
use config_tests::proxy::Proxy;
use config_tests::{hundred, seven, wait};
use tokio_postgres::NoTls;

/// Longest wait for what is done at once, on a machine that is busy.
const SOON: Duration = Duration::from_secs(30);
/// Longer than any test runs: what arrives did not come by polling.
const HOUR: Duration = Duration::from_secs(3600);
/// How often a process asks that nothing happens to.
const TTL: Duration = Duration::from_millis(500);
/// How often the listening connection has to prove that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A block of which every copy is in memory.
#[derive(Debug, ConfigBlock)]
#[config(name = "guild", key(guild_id: String), resident)]
struct GuildConfig {
    #[config(default = 5)]
    daily: i64,
}

fn few() -> ConfigBuilder {
    keyed(seven!(Config::builder()))
}

fn many() -> ConfigBuilder {
    keyed(hundred!(Config::builder()))
}

fn keyed(builder: ConfigBuilder) -> ConfigBuilder {
    builder.keyed::<GuildConfig>(KeyedOptions::new()).start_timeout(SOON)
}

/// A database with the tables of `builder`, a row of each of `count` blocks, and so many keys.
async fn database(builder: ConfigBuilder, count: usize, keys: usize) -> Database {
    let database = Server::shared().database();
    builder.url(&database.url()).migrate_now().await.unwrap();
    database.psql(&format!("begin; {} commit", numbered::rows(count)));
    // Without the triggers, of which each row would be a change.
    database.psql(&format!(
        "set session_replication_role = replica;
         insert into guild_config (version, status, guild_id, daily)
             select 1, 'active', 'guild-' || n, 7 from generate_series(1, {keys}) n"
    ));
    database
}

/// Waits until push works and the pass that follows has ended.
async fn listening(config: &Config) {
    let listens = || async {
        let push = config.status().push;
        if push == PushState::Push { Ok(()) } else { Err(push) }
    };
    wait::until("push", SOON, listens).await;
    config.refresh_all().await.unwrap();
}

#[tokio::test]
async fn an_idle_process_asks_once_a_ttl_and_once_a_heartbeat_whatever_it_holds() {
    for (builder, count, keys) in [(few as fn() -> ConfigBuilder, 7, 0), (many, 100, 10_000)] {
        let database = database(builder(), count, keys).await;
        let config = builder().url(&database.url()).ttl(TTL).start().await.unwrap();
        listening(&config).await;
        assert_eq!(config.keyed::<GuildConfig>().iter().count(), keys);
        database.reset_queries();
        let began = Instant::now();
        let polls = || database.queries("select e.epoch%");
        let heartbeats = || database.queries("select epoch,%from config_sdk.epoch");
        wait::until("a heartbeat and twenty polls", SOON, || async {
            polls() >= 20 && heartbeats() >= 1
        })
        .await;
        let (all, polls, heartbeats) = (database.queries("%"), polls(), heartbeats());
        // One more of each than fits, for the window begins and ends between two.
        let most = |every: Duration| began.elapsed().div_duration_f64(every) + 1.0;
        let shortest = TTL.mul_f64(0.9); // give or take a tenth
        assert!(all as f64 <= most(shortest) + most(HEARTBEAT), "{all} in {:?}", began.elapsed());
        assert!(heartbeats as f64 <= most(HEARTBEAT), "{heartbeats} in {:?}", began.elapsed());
        assert!(all <= polls + heartbeats, "{all}, {polls} polls, {heartbeats} heartbeats");
        config.shutdown().await;
    }
}

// One thread, so that what is counted at the end of a start is what the start has done; the connection
// that listens is made after it.
#[tokio::test(flavor = "current_thread")]
async fn a_start_takes_at_most_four_round_trips_after_connecting_with_seven_blocks_or_a_hundred() {
    for (builder, count, keys) in [(few as fn() -> ConfigBuilder, 7, 0), (many, 100, 10_000)] {
        let database = database(builder(), count, keys).await;
        let proxy = Proxy::to(database.server().port());
        let url = format!("{}?sslmode=disable", database.url_through(proxy.port()));
        drop(tokio_postgres::connect(&url, NoTls).await.unwrap());
        let connecting = proxy.round_trips()[0];
        let config = builder().url(&url).ttl(HOUR).start().await.unwrap();
        let trips = proxy.round_trips();
        let asking = trips[1] - connecting;
        println!("{count} blocks: {asking} round trips after {connecting} of connecting");
        assert!((1..=4).contains(&asking), "{trips:?}, of which {connecting} to connect");
        assert_eq!(config.status().blocks.len(), count);
        config.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_blocks_changed_in_one_transaction_take_one_pass_and_at_most_three_round_trips() {
    let database = database(many(), 100, 1).await;
    let proxy = Proxy::to(database.server().port());
    let url = format!("{}?sslmode=disable", database.url_through(proxy.port()));
    let (store, asked) = Counted::new(PostgresStore::new(&url).unwrap());
    let config = many().store(store).ttl(HOUR).start().await.unwrap();
    listening(&config).await;
    asked.take();
    // The session that asks from then on is the last that was begun.
    let trips = || *proxy.round_trips().last().unwrap();
    let (before, epoch) = (trips(), config.status().epoch);
    let update = |n| format!("update block_{n}_config set number = 9;");
    let all: String = (0..100).map(update).collect();
    // As if more tables had changed: so many notifications do not come in one piece.
    let told = "select pg_notify('config_sdk', epoch || ' elsewhere_' || n)
        from config_sdk.epoch, generate_series(1, 2000) n;";
    let client = database.client().await;
    client.batch_execute(&format!("begin; {all} {told} commit")).await.unwrap();
    config.wait_for(epoch + 1, SOON).await.unwrap();
    let view = config.snapshot();
    assert_eq!(view.epoch(), epoch + 1);
    assert_eq!([view.get::<Numbered<0>>().number, view.get::<Numbered<99>>().number], [9, 9]);
    // A pass that was signalled meanwhile is over before one that is forced, which is one more.
    config.refresh_all().await.unwrap();
    let trips = trips() - before - 1;
    assert!(trips <= 3, "{trips}");
    assert_eq!(asked.count() - 1, 1, "the notifications of one transaction");
}

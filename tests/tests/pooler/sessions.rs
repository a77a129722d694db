//! What is prepared where each connection is a session of the server, and nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use config_sdk::{Config, ConfigBlock, ConfigBuilder, Key, KeyedOptions};
use config_tests::pooler::Pooler;
use config_tests::postgres::{Database, Server};
use config_tests::proxy::Proxy;
use config_tests::wait;

use crate::neighbours::{LEFT, neighbour, one};
use crate::stage::{
    HOUR, LimitsConfig, NamesConfig, SOON, listening, poll_only, sees, set, through,
};

/// A question that was prepared, as the server counts it.
const PREPARED: &str = "%c.epoch > $1::bigint%";
/// A pass that was not.
const PLAIN: &str = "begin isolation level repeatable read%";

#[derive(Debug, ConfigBlock)]
#[config(name = "guild", key(guild_id: String), resident)]
struct GuildConfig {
    #[config(default = 5)]
    daily: i64,
}

fn blocks() -> ConfigBuilder {
    let builder = Config::builder().block::<LimitsConfig>().block::<NamesConfig>();
    builder.keyed::<GuildConfig>(KeyedOptions::new()).start_timeout(SOON).ttl(HOUR).migrate()
}

/// A configuration that listens, on a database of its own.
async fn started() -> (Database, Config) {
    let database = Server::shared().database();
    let config = blocks().url(&database.url()).start().await.unwrap();
    listening(&config).await;
    (database, config)
}

/// Changes the limit until a pass was prepared, and a few times more.
async fn prepared(database: &Database, config: &Config) {
    for most in 11..=16 {
        set(database, most);
        sees(config, most).await;
    }
    assert!(database.queries(PREPARED) > 0);
}

async fn has_daily(config: &Config, guild: &str, daily: i64) {
    wait::until("the copy", SOON, || async {
        let seen = config.keyed::<GuildConfig>().load(guild).daily;
        if seen == daily { Ok(()) } else { Err(seen) }
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_again_is_prepared() {
    let (database, config) = started().await;
    prepared(&database, &config).await;
    database.reset_queries();
    for most in 21..=30 {
        set(&database, most);
        sees(&config, most).await;
    }
    assert_eq!(database.queries(PLAIN), 0);
    // The times in a row are those of a session that is set as each transaction is.
    let since = config.get::<LimitsConfig>().meta().since;
    assert!(since.elapsed().is_ok_and(|age| age < SOON), "{since:?}");
}

#[tokio::test]
async fn copies_that_change_are_read_by_what_is_prepared() {
    let (database, config) = started().await;
    prepared(&database, &config).await;
    let write = "insert into guild_config (status, guild_id, daily) values ('active',";
    database.psql(&format!("{write} 'one', 1)"));
    has_daily(&config, "one", 1).await;
    database.psql(&format!("{write} 'two', 2)"));
    has_daily(&config, "two", 2).await;
    database.reset_queries();
    for daily in 3..10 {
        database.psql(&format!("update guild_config set daily = {daily} where guild_id = 'one'"));
        has_daily(&config, "one", daily).await;
    }
    database.psql("delete from guild_config where guild_id = 'one'");
    has_daily(&config, "one", 5).await;
    assert_eq!(database.queries(PLAIN), 0);
    assert_eq!(config.keyed::<GuildConfig>().peek("two").map(|two| two.daily), Some(2));
    let keys: Vec<Key> = config.keyed::<GuildConfig>().iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn a_table_that_is_altered_under_a_prepared_statement_is_read_as_it_is_then() {
    let (database, config) = started().await;
    prepared(&database, &config).await;
    database.psql("alter table limits_config alter column most type numeric");
    set(&database, 31);
    sees(&config, 31).await;
    database.psql("alter table limits_config drop column most, add column more bigint");
    database.psql("update limits_config set more = 1 where status = 'active'");
    sees(&config, 5).await; // without a column, the default
    database.psql("alter table limits_config add column most numeric");
    for most in 32..=35 {
        set(&database, most);
        sees(&config, most).await;
    }
    database.psql("alter table limits_config rename to elsewhere");
    database.psql("insert into names_config (status, first) values ('active', 'Ada')");
    wait::until("the other block", SOON, || async {
        let first = config.get::<NamesConfig>().first.clone();
        if first == "Ada" { Ok(()) } else { Err(first) }
    })
    .await;
    assert_eq!(config.get::<LimitsConfig>().most, 35, "the last good one stays");
    database.psql("alter table elsewhere rename to limits_config");
    set(&database, 36);
    sees(&config, 36).await;
}

/// The server must not look through everything that a table and the log hold.
#[tokio::test]
async fn a_prepared_question_finds_by_indexes_what_changed_among_very_much() {
    let (database, config) = started().await;
    database.psql(
        "set session_replication_role = replica;
         insert into guild_config (version, status, guild_id, daily)
             select 1, 'active', 'guild-' || n, 7 from generate_series(1, 50000) n;
         insert into config_sdk.change (epoch, block, version, what, who)
             select 0, 'names', n, 'update', 'nobody' from generate_series(1, 50000) n",
    );
    config.refresh_block("guild").await.unwrap();
    prepared(&database, &config).await;
    let read = "select coalesce(sum(seq_tup_read), 0)::text from pg_stat_user_tables
        where relname in ('guild_config', 'change')";
    let client = database.client().await;
    let count = async || {
        one(&client, "select pg_stat_clear_snapshot()").await;
        one(&client, read).await.parse::<u64>().unwrap()
    };
    let write = "update guild_config set daily = daily + 1 where guild_id = 'guild-77'";
    for daily in 8..=10 {
        database.psql(write);
        has_daily(&config, "guild-77", daily).await;
    }
    let before = count().await;
    for daily in 11..=20 {
        database.psql(write);
        has_daily(&config, "guild-77", daily).await;
    }
    // The session says what it did when it has ended.
    config.shutdown().await;
    let settled = wait::until("sessions to end", SOON, || async {
        let now = count().await;
        let others = "select count(*)::text from pg_stat_activity
            where datname = current_database() and application_name = 'config-sdk'";
        if one(&client, others).await == "0" { Ok(now) } else { Err(now) }
    })
    .await;
    assert!(settled - before < 50_000, "{before} rows were looked through before, {settled} after");
}

#[tokio::test]
async fn through_a_pooler_nothing_is_prepared() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 2);
    let config = through(&pooler, &database).listen_url(&database.url()).start().await.unwrap();
    listening(&config).await;
    for most in 11..=20 {
        set(&database, most);
        sees(&config, most).await;
    }
    assert_eq!(database.queries(PREPARED), 0);
    assert!(database.queries(PLAIN) > 0);
}

/// As when a name leads to a pooler from now on, and the listening connection stays where it is.
#[tokio::test]
async fn a_pooler_that_comes_in_between_is_given_no_settings_and_nothing_prepared() {
    let database = Server::shared().database();
    let (proxy, pooler) = (Proxy::to(database.server().port()), Pooler::to(database.server(), 1));
    let config = blocks().url(&database.url_through(proxy.port())).start().await.unwrap();
    listening(&config).await;
    prepared(&database, &config).await;
    proxy.lead_to(pooler.port());
    database.psql(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and query ilike '%$1::bigint%' and pid <> pg_backend_pid()",
    );
    database.reset_queries();
    for most in 31..=35 {
        set(&database, most);
        sees(&config, most).await;
    }
    assert_eq!(database.queries(PREPARED), 0);
    let (client, _) = neighbour(&pooler.url(&database)).await;
    assert_eq!(one(&client, LEFT).await, "0 0 0 0 0");
    assert_eq!(one(&client, "show default_transaction_read_only").await, "off");
}

/// A server that is asked for writers only must let our sessions begin.
#[tokio::test]
async fn a_url_that_wants_a_server_to_write_on_heals_as_any_other() {
    let database = Server::shared().database();
    let url = format!("{}?target_session_attrs=read-write", database.url());
    let config = blocks().url(&url).start().await.unwrap();
    listening(&config).await;
    prepared(&database, &config).await;
    database.psql(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and query ilike '%$1::bigint%' and pid <> pg_backend_pid()",
    );
    for most in 31..=35 {
        set(&database, most);
        sees(&config, most).await;
    }
}

/// Whoever waits for a lock sees what was done under it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_emptied_and_filled_in_one_transaction_is_never_seen_empty() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 3);
    let direct = blocks().url(&database.url()).start().await.unwrap();
    let pooled = blocks().url(&pooler.url(&database)).ttl(Duration::from_millis(100));
    let pooled = pooled.start().await.unwrap();
    listening(&direct).await;
    poll_only(&pooled).await;
    prepared(&database, &direct).await;
    sees(&pooled, 16).await;
    let (over, readers) = (Arc::new(AtomicBool::new(false)), [direct.clone(), pooled.clone()]);
    let reading = std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            let mut empty = 0;
            while !over.load(Ordering::Relaxed) {
                empty += readers.iter().filter(|c| c.get::<LimitsConfig>().most == 5).count();
                std::thread::yield_now();
            }
            empty
        }
    });
    let (writer, other) = (database.client().await, database.client().await);
    for most in 21..=30 {
        for config in [&direct, &pooled] {
            config.refresh_all().await.unwrap();
            let refill = format!(
                "begin; truncate limits_config; insert into limits_config (status, most) values ('active', {most})"
            );
            writer.batch_execute(&refill).await.unwrap();
            let asked = config.clone();
            let refresh = tokio::spawn(async move { asked.refresh_all().await });
            wait::until("somebody to wait for the lock", SOON, || async {
                let waits = "select count(*)::text from pg_locks where not granted
                    and relation = 'limits_config'::regclass";
                if one(&other, waits).await == "0" { Err("nobody") } else { Ok(()) }
            })
            .await;
            writer.batch_execute("commit").await.unwrap();
            refresh.await.unwrap().unwrap();
            sees(config, most).await;
        }
    }
    over.store(true, Ordering::Relaxed);
    assert_eq!(reading.join().unwrap(), 0, "reads of a default");
}

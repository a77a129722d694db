//! No change is lost: not by reconnects, not by late commits, not by folded or forged notifications.

use std::time::Duration;

use config_sdk::{Event, PushState, StoreState, Trigger};
use config_tests::postgres::Server;
use config_tests::proxy::Proxy;
use config_tests::wait;

use crate::blocks::{RiskConfig, TradingConfig};
use crate::stage::{self, HOUR, SOON, decimal, insert, set_score};

#[tokio::test]
async fn a_change_made_while_the_connections_were_cut_arrives_when_they_are_back() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[]));
    let proxy = Proxy::to(database.server().port());
    let builder = stage::builder().url(&database.url_through(proxy.port()));
    let config = builder.start_timeout(SOON).start().await.unwrap();
    stage::listening(&config).await;
    for score in ["0.11", "0.22"] {
        proxy.cut();
        stage::status(&config, "deafness", |status| status.push != PushState::Push).await;
        database.psql(&set_score(score));
        proxy.heal();
        stage::score(&config, score).await;
        stage::listening(&config).await;
    }
}

#[tokio::test]
async fn a_change_made_while_each_session_was_ended_arrives() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[]));
    let config = stage::on_postgres(&database).await;
    for round in 1..=5 {
        let score = format!("0.{round}1");
        database.terminate_backends();
        database.psql(&set_score(&score));
        stage::score(&config, &score).await;
    }
    stage::listening(&config).await;
    assert_eq!(config.status().store, StoreState::Connected);
}

#[tokio::test]
async fn a_change_made_after_the_server_was_killed_and_restarted_arrives() {
    let server = Server::start();
    let database = server.database();
    stage::migrate(&database).await;
    database.psql(&insert("trading", &[("score_threshold", "0.1")]));
    let config = stage::on_postgres(&database).await;
    stage::score(&config, "0.1").await;
    server.kill9();
    stage::status(&config, "deafness", |status| status.push != PushState::Push).await;
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.1"));
    server.restart();
    // Before the library listens again, or after: whichever comes first.
    database.psql(&set_score("0.2"));
    stage::score(&config, "0.2").await;
    stage::listening(&config).await;
    database.psql(&set_score("0.3"));
    stage::score(&config, "0.3").await;
}

#[tokio::test]
async fn a_store_restored_from_an_older_backup_is_read_as_it_is_now() {
    let server = Server::start();
    let database = server.database();
    stage::migrate(&database).await;
    database.psql(&insert("trading", &[("score_threshold", "0.1")]));
    server.save();
    let config = stage::on_postgres(&database).await;
    for score in ["0.2", "0.3", "0.4"] {
        database.psql(&set_score(score));
    }
    stage::score(&config, "0.4").await;
    let epoch = config.status().epoch;
    server.restore();
    stage::score(&config, "0.1").await;
    assert!(config.status().epoch < epoch);
    stage::listening(&config).await;
    database.psql(&set_score("0.5"));
    stage::score(&config, "0.5").await;
}

#[tokio::test]
async fn a_slow_transaction_that_changed_first_and_commits_last_is_seen() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[]));
    database.psql(&insert("risk", &[]));
    let config = stage::on_postgres(&database).await;
    let (slow, quick) = (database.client().await, database.client().await);
    slow.batch_execute(&format!("begin; {}", set_score("0.9"))).await.unwrap();
    let quick = tokio::spawn(async move {
        quick.batch_execute("update risk_config set max_drawdown_pct = 15").await.unwrap();
    });
    // Writers queue, so that epochs are given in the order of commits.
    wait::until("the quick one to queue behind the slow one", SOON, || async {
        database.psql(
            "select count(*) from pg_stat_activity where datname = current_database() \
             and wait_event_type = 'Lock' and query like 'update risk%'",
        ) == "1"
    })
    .await;
    let before = config.refresh_all().await.unwrap().epoch;
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.70"));
    slow.batch_execute("commit").await.unwrap();
    quick.await.unwrap();
    config.wait_for(before + 2, SOON).await.unwrap();
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.9"));
    assert_eq!(config.get::<RiskConfig>().max_drawdown_pct, decimal("15"));
}

#[tokio::test]
async fn a_burst_of_changes_ends_with_the_last_of_them_and_in_fewer_passes() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[]));
    let config = stage::on_postgres(&database).await;
    let before = config.status().epoch;
    database.reset_queries();
    let burst: String = (1..=500).map(|n| set_score(&format!("0.{n:04}"))).collect();
    database.client().await.batch_execute(&burst.replace(";\n", "; commit; begin;")).await.unwrap();
    config.wait_for(before + 500, SOON).await.unwrap();
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.05"));
    let passes = database.queries("select e.epoch%");
    println!("500 changes, {passes} passes");
    assert!(passes <= 500, "{passes} passes");
}

#[tokio::test]
async fn forged_notifications_are_never_a_value_and_never_a_storm_of_queries() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[("score_threshold", "0.8")]));
    let config = stage::on_postgres(&database).await;
    stage::score(&config, "0.8").await;
    let forger = database.client().await;
    let mut events = config.events();
    database.reset_queries();
    for payload in ["garbage", "", "999999999 trading", "-1 x", "test 0000000000000000", "0 '' , ;"]
    {
        forger.execute("select pg_notify('config_sdk', $1)", &[&payload]).await.unwrap();
    }
    let forge = "do $$ begin for n in 1..200 loop perform pg_notify('config_sdk', \
                 n || ' trading risk ' || repeat('x', n)); end loop; end $$";
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_secs(2) {
        forger.batch_execute(forge).await.unwrap();
    }
    // One real change in the middle of it.
    database.psql(&set_score("0.9"));
    stage::score(&config, "0.9").await;
    let seconds = began.elapsed().as_secs_f64();
    let passes = database.queries("select e.epoch%");
    println!("{passes} passes in {seconds:.1} s of forged notifications");
    assert!(passes as f64 <= 20.0 * seconds + 10.0, "{passes} passes in {seconds} s");
    let Event::Published { block: "trading", .. } = stage::soon(events.next()).await.unwrap()
    else {
        panic!("a forged notification made something happen");
    };
    assert_eq!(config.status().push, PushState::Push);
}

#[tokio::test]
async fn a_change_whose_notification_was_lost_is_found_by_the_heartbeat() {
    let database = stage::database().await;
    database.psql(&insert("trading", &[]));
    let config = stage::on_postgres(&database).await;
    let mut events = config.events();
    // The function that notifies, without its notification.
    database.psql(
        "create or replace function config_sdk.advance(block text, next bigint) returns void \
         language sql as $$ update config_sdk.epoch set epoch = next, tx = null $$",
    );
    database.psql(&set_score("0.9"));
    wait::until("the heartbeat", HOUR.min(Duration::from_secs(20)), || async {
        config.get::<TradingConfig>().score_threshold == decimal("0.9")
    })
    .await;
    let Some(Event::Published { trigger, .. }) = stage::soon(events.next()).await else { panic!() };
    assert_eq!(trigger, Trigger::Push);
}

//! Through a pooler in transaction mode: everything but listening, and that past it.

mod neighbours;
mod sessions;
mod stage;

use std::time::{Duration, Instant};

use config_sdk::{Event, Origin, PushState, StoreState, Trigger};
use config_tests::pooler::Pooler;
use config_tests::postgres::Server;
use config_tests::wait;

use stage::{LimitsConfig, NamesConfig, SOON, listening, poll_only, sees, set, through};

#[tokio::test]
async fn a_start_with_migration_works_and_the_state_says_why_there_is_no_push() {
    // With one session for all, a notification to oneself would come back.
    for size in [1, 2, 5] {
        let database = Server::shared().database();
        let pooler = Pooler::to(database.server(), size);
        let config = through(&pooler, &database).start().await.unwrap();
        assert_eq!(config.get::<LimitsConfig>().meta().origin, Origin::Default);
        assert_eq!(config.status().store, StoreState::Connected);
        let reason = poll_only(&config).await;
        assert!(reason.contains("transaction-mode pooler"), "{reason}");
        assert!(reason.contains("`listen_url`"), "{reason}");
        assert!(config.status().is_ready());
        assert_eq!(config.check().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_change_arrives_by_polling() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 2);
    let builder = through(&pooler, &database).ttl(Duration::from_millis(300));
    let config = builder.start().await.unwrap();
    poll_only(&config).await;
    let mut events = config.events();
    set(&database, 7);
    sees(&config, 7).await;
    let event = tokio::time::timeout(SOON, events.next()).await.unwrap();
    assert!(matches!(event, Some(Event::Published { trigger: Trigger::Poll, .. })), "{event:?}");
}

/// No epoch counts that, and nobody listens whose heartbeat could find it; nobody changes a row.
#[tokio::test]
async fn a_table_that_is_altered_is_found_by_polling() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 2);
    let builder = through(&pooler, &database).ttl(Duration::from_millis(200));
    let config = builder.start().await.unwrap();
    poll_only(&config).await;
    set(&database, 7);
    sees(&config, 7).await;
    database.psql("alter table limits_config rename column most to former");
    sees(&config, 5).await; // without a column, the default
    database.psql("alter table limits_config rename column former to most");
    sees(&config, 7).await;

    // Looking at the columns takes no question more, and is seldom done.
    database.reset_queries();
    let polls = || database.queries("select e.epoch%");
    wait::until("twenty polls", SOON, || async { polls() >= 20 }).await;
    config.shutdown().await;
    assert_eq!(database.queries("%"), polls());
    assert!(database.queries("%pg_attribute%") <= 2);
}

#[tokio::test]
async fn with_a_url_to_listen_at_a_change_is_pushed_in_milliseconds() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 2);
    let builder = through(&pooler, &database).listen_url(&database.url());
    let config = builder.start().await.unwrap();
    listening(&config).await;
    let client = database.client().await;
    let mut changes = config.subscribe::<LimitsConfig>();
    let mut took = Vec::new();
    for most in [7, 8, 9, 10, 11] {
        let insert = format!(
            "begin; delete from limits_config;
             insert into limits_config (status, most) values ('active', {most}); commit"
        );
        client.batch_execute(&insert).await.unwrap();
        let committed = Instant::now();
        let change = tokio::time::timeout(SOON, changes.next()).await.unwrap().unwrap();
        assert_eq!(change.new.most, most);
        took.push(committed.elapsed());
    }
    took.sort();
    assert!(took[2] < Duration::from_millis(250), "{took:?}");
    // One connection listens past the pooler; all else went through it.
    let listening = "select count(*) from pg_stat_activity where datname = current_database() \
                     and application_name = 'config-sdk' and query like 'select epoch,%'";
    assert_eq!(database.psql(listening), "1");
}

#[tokio::test]
async fn a_url_to_listen_at_that_hears_nothing_is_told_apart() {
    let (database, other) = (Server::shared().database(), Server::shared().database());
    let pooler = Pooler::to(database.server(), 1);
    for url in [other.url(), pooler.url(&database)] {
        let config = through(&pooler, &database).listen_url(&url).start().await.unwrap();
        let reason = poll_only(&config).await;
        assert!(reason.contains("not heard at `listen_url`"), "{reason}");
        set(&database, 7);
        config.refresh_all().await.unwrap();
        sees(&config, 7).await;
    }
}

#[tokio::test]
async fn a_pooler_killed_and_started_again_costs_no_value_and_heals() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 2);
    let builder = through(&pooler, &database).listen_url(&database.url());
    let config = builder.ttl(Duration::from_millis(200)).start().await.unwrap();
    listening(&config).await;
    set(&database, 7);
    sees(&config, 7).await;
    pooler.kill9();
    let is_lost = || matches!(config.status().store, StoreState::Unreachable { .. });
    wait::until("the loss", SOON, || async { is_lost() }).await;
    set(&database, 8);
    assert_eq!(config.get::<LimitsConfig>().most, 7);
    pooler.restart();
    sees(&config, 8).await;
    wait::until("its end", SOON, || async { !is_lost() }).await;
    listening(&config).await;
}

#[tokio::test]
async fn a_frozen_pooler_is_found_and_left_behind_when_it_thaws() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 2);
    let builder = through(&pooler, &database).ttl(Duration::from_millis(200));
    let config = builder.start().await.unwrap();
    poll_only(&config).await;
    pooler.freeze();
    let is_lost = || matches!(config.status().store, StoreState::Unreachable { .. });
    wait::until("the loss", SOON, || async { is_lost() }).await;
    set(&database, 8);
    pooler.thaw();
    sees(&config, 8).await;
    assert_eq!(config.status().store, StoreState::Connected);
}

/// The pooler keeps its clients' connections while the server behind it is exchanged, so that only the
/// server itself can tell; and the epochs of what was lost are given again.
#[tokio::test]
async fn a_server_restored_behind_the_pooler_is_read_again_although_the_connection_stays() {
    let server = Server::start();
    let database = server.database();
    let pooler = Pooler::to(&server, 2);
    let config = through(&pooler, &database).start().await.unwrap();
    poll_only(&config).await;
    set(&database, 7);
    server.save();
    set(&database, 8);
    config.refresh_all().await.unwrap();
    sees(&config, 8).await;
    let epoch = config.status().epoch;
    server.restore();
    for name in ["a", "b", "c"] {
        database.psql(&format!(
            "delete from names_config;
             insert into names_config (status, first) values ('active', '{name}')"
        ));
    }
    let sees = || async {
        config.refresh::<NamesConfig>().await.unwrap();
        config.get::<LimitsConfig>().most == 7
    };
    wait::until("the older value", SOON, sees).await;
    assert_eq!(config.get::<NamesConfig>().first, "c");
    assert!(config.status().epoch > epoch);
    assert!(matches!(config.status().push, PushState::PollOnly { .. }));
}

//! Traps of listening: changes that nobody hears of.

use std::time::Duration;

use config_sdk::{
    BoxFuture, Deaf, Fetched, MemoryStore, PushState, Request, Signal, Source, SourceError,
};
use config_tests::postgres::Server;
use config_tests::proxy::Proxy;
use config_tests::wait;

use crate::pooler;
use crate::stage::{SOON, Trading, builder, listening, on_postgres, sees, set};

/// A reconnect loses notifications and nobody knows (launchbadge/sqlx #447, eventstore #309).
#[tokio::test]
async fn a_change_while_the_listener_is_away_is_found_when_it_is_back() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    database.terminate_backends();
    set(&database, "0.8"); // notifies nobody
    sees(&config, "0.8").await;
    listening(&config).await;
    set(&database, "0.9");
    sees(&config, "0.9").await;
}

/// LISTEN on a dead socket for 16 minutes after a failover, all lights green
/// (sandbox-quantum/switch #415): only an answered query proves that a connection lives.
#[tokio::test]
async fn a_listener_on_a_silent_line_is_known_to_be_deaf_within_20_seconds() {
    let database = Server::shared().database();
    drop(on_postgres(&database).await);
    let proxy = Proxy::to(database.server().port());
    let url = database.url_through(proxy.port());
    let config = builder().url(&url).start().await.unwrap();
    listening(&config).await;
    proxy.freeze();
    let deadline = Duration::from_secs(20);
    wait::until("the loss of push", deadline, || async {
        let push = config.status().push;
        matches!(push, PushState::Disconnected { .. }).then_some(())
    })
    .await;
    set(&database, "0.8");
    proxy.heal();
    sees(&config, "0.8").await;
}

/// A watch that began from *now* instead of from the snapshot's version (apisix #13917).
#[tokio::test]
async fn a_change_between_the_first_read_and_listening_is_seen() {
    /// Somebody changes the block when everything has been read and nobody listens yet.
    struct Between(MemoryStore);

    impl Source for Between {
        fn name(&self) -> String {
            self.0.name()
        }

        fn fetch<'a>(
            &'a self,
            request: Request<'a>,
        ) -> BoxFuture<'a, Result<Fetched, SourceError>> {
            self.0.fetch(request)
        }

        fn changes<'a>(&'a self, signal: Signal) -> BoxFuture<'a, Deaf> {
            self.0.set("trading", [("score_threshold", "0.8")]);
            self.0.changes(signal)
        }
    }

    let config = builder().store(Between(MemoryStore::new()));
    let config = config.start().await.unwrap();
    sees(&config, "0.8").await;
}

/// LISTEN through a transaction-mode pooler hears nothing and says nothing (pgbouncer #655, #976;
/// keycloak #49991): it tests itself.
#[tokio::test]
async fn where_notifications_do_not_arrive_the_state_says_so_and_polling_works() {
    let database = Server::shared().database();
    drop(on_postgres(&database).await);
    let port = pooler::without_notifications(database.server().port()).await;
    let url = format!("{}?sslmode=disable", database.url_through(port));
    let builder = builder().url(&url);
    let config = builder.ttl(Duration::from_millis(100)).start().await.unwrap();
    let reason = wait::until("the self-test's end", SOON, || async {
        match config.status().push {
            PushState::PollOnly { reason } => Ok(reason),
            other => Err(other),
        }
    })
    .await;
    assert!(reason.contains("transaction-mode pooler"), "{reason}");
    set(&database, "0.8");
    sees(&config, "0.8").await;
}

/// A LISTEN session inside an open transaction hears nothing until that ends; one whose client half
/// was dropped ends with it.
#[tokio::test]
async fn the_listening_session_stays_and_is_in_no_transaction() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    let sessions = || {
        database.psql(
            "select pid, xact_start is null from pg_stat_activity \
             where datname = current_database() and query like 'select epoch,%' \
             or query like 'listen%'",
        )
    };
    let before = sessions();
    assert!(before.ends_with("|t"), "{before}");
    for threshold in ["0.1", "0.2", "0.3"] {
        set(&database, threshold);
        sees(&config, threshold).await;
    }
    assert_eq!(sessions(), before);
    assert_eq!(config.status().push, PushState::Push);
}

/// `id > last_seen` loses a row that commits late; Apollo keeps a list of missing ids for it. Here
/// all writers queue for one row, so the order of epochs is the order of commits.
#[tokio::test]
async fn a_transaction_that_commits_late_is_not_missed() {
    let database = Server::shared().database();
    let config = on_postgres(&database).await;
    let (early, late) = (database.client().await, database.client().await);
    let risk = "insert into risk_config (status, max_drawdown_pct) values ('active', 30)";
    let trading = "insert into trading_config (status, score_threshold) values ('active', 0.8)";
    late.batch_execute(&format!("begin; {risk}")).await.unwrap();
    let early = tokio::spawn(async move { early.batch_execute(trading).await.unwrap() });
    // Time enough to go wrong: a reader looks while the one is open and the other wants to commit.
    tokio::time::sleep(Duration::from_millis(100)).await;
    config.refresh_all().await.unwrap();
    assert_eq!(config.get::<Trading>().meta().epoch, 0);
    late.batch_execute("commit").await.unwrap();
    early.await.unwrap();
    sees(&config, "0.8").await;
    assert_eq!(config.value("risk.max_drawdown_pct").unwrap().as_i64(), Some(30));
}

//! Who shares a pool is not disturbed, and nothing is left on its sessions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use config_tests::pooler::Pooler;
use config_tests::postgres::Server;
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage};

use crate::stage::{poll_only, sees, set, through};

/// What a session could be left with.
pub(crate) const LEFT: &str = "select (select count(*) from pg_prepared_statements) \
     || ' ' || (select count(*) from pg_listening_channels()) \
     || ' ' || current_setting('lock_timeout') || ' ' || current_setting('statement_timeout') \
     || ' ' || (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())";

/// Another application's client, and how many notifications it was given.
pub(crate) async fn neighbour(url: &str) -> (Client, Arc<AtomicUsize>) {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    tokio::spawn(async move {
        while let Some(Ok(message)) =
            std::future::poll_fn(|context| connection.poll_message(context)).await
        {
            if matches!(message, AsyncMessage::Notification(_)) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    (client, told)
}

pub(crate) async fn one(client: &Client, sql: &str) -> String {
    let messages = client.simple_query(sql).await.unwrap();
    let text = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.iter().find_map(text).unwrap()
}

#[tokio::test]
async fn configurations_that_share_a_pool_of_one_or_two_do_not_disturb_each_other() {
    for size in [1, 2] {
        let database = Server::shared().database();
        let pooler = Pooler::to(database.server(), size);
        let (client, told) = neighbour(&pooler.url(&database)).await;
        let mut configs = Vec::new();
        for _ in 0..3 {
            let builder = through(&pooler, &database).ttl(Duration::from_millis(100));
            configs.push(builder.start().await.unwrap());
        }
        for config in &configs {
            poll_only(config).await;
        }
        for most in [7, 8, 9] {
            set(&database, most);
            assert_eq!(one(&client, "select 1").await, "1");
            for config in &configs {
                sees(config, most).await;
            }
        }
        assert_eq!(told.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn nothing_is_left_on_the_sessions_of_the_pool() {
    for size in [1, 3] {
        let database = Server::shared().database();
        let pooler = Pooler::to(database.server(), size);
        let builder = || through(&pooler, &database).ttl(Duration::from_millis(100));
        let configs = [builder().start().await.unwrap(), builder().start().await.unwrap()];
        for config in &configs {
            poll_only(config).await;
        }
        // A table that cannot be read has blocks read one by one, each behind a savepoint.
        database.psql("alter table names_config rename to elsewhere");
        set(&database, 7);
        for config in &configs {
            sees(config, 7).await;
        }
        for config in configs {
            config.shutdown().await;
        }
        // In a transaction each, so that every session of the pool answers for itself.
        let mut neighbours = Vec::new();
        for _ in 0..size {
            let (client, told) = neighbour(&pooler.url(&database)).await;
            client.batch_execute("begin").await.unwrap();
            neighbours.push((client, told));
        }
        for (client, _) in &neighbours {
            assert_eq!(one(client, LEFT).await, "0 0 0 0 0");
        }
        for (client, _) in &neighbours {
            client.batch_execute("commit; notify config_sdk, '9 limits'; select 1").await.unwrap();
        }
        assert!(neighbours.iter().all(|(_, told)| told.load(Ordering::SeqCst) == 0));
    }
}

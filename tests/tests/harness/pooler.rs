//! The private poolers: transaction mode, faults, and leaving nothing behind.

use std::time::Duration;

use config_tests::pooler::Pooler;
use config_tests::postgres::Server;
use config_tests::wait;

const SOON: Duration = Duration::from_secs(15);

async fn connected(url: &str) -> bool {
    let Ok((client, connection)) = tokio_postgres::connect(url, tokio_postgres::NoTls).await else {
        return false;
    };
    tokio::spawn(connection);
    client.batch_execute("select 1").await.is_ok()
}

#[tokio::test]
async fn one_session_serves_many_clients_until_one_has_a_transaction() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 1);
    let url = pooler.url(&database);
    let (holder, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    holder.batch_execute("select 1").await.unwrap();
    assert!(connected(&url).await);
    holder.batch_execute("begin").await.unwrap();
    let pause = Duration::from_millis(200);
    assert!(tokio::time::timeout(pause, connected(&url)).await.is_err());
}

#[tokio::test]
async fn killed_and_restarted_it_serves_on_the_same_port() {
    let database = Server::shared().database();
    let pooler = Pooler::to(database.server(), 1);
    let url = pooler.url(&database);
    assert!(connected(&url).await);
    pooler.kill9();
    assert!(!connected(&url).await);
    pooler.restart();
    assert!(connected(&url).await);
    pooler.freeze();
    let pause = Duration::from_millis(200);
    assert!(tokio::time::timeout(pause, connected(&url)).await.is_err());
    pooler.thaw();
    wait::until("an answer", SOON, || connected(&url)).await;
}

#[test]
fn a_dropped_pooler_leaves_nothing_behind() {
    let pooler = Pooler::to(&Server::shared(), 1);
    let (folder, process) = (pooler.folder(), pooler.process().unwrap());
    pooler.freeze();
    drop(pooler);
    assert!(!folder.exists());
    let process = rustix::process::Pid::from_raw(process).unwrap();
    assert!(rustix::process::test_kill_process(process).is_err());
}

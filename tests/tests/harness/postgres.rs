//! The private Postgres servers: isolation, faults, and leaving nothing behind.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use config_tests::postgres::Server;

#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (one, other) = (Server::shared().database(), Server::shared().database());
    one.psql("create table t (n int); insert into t values (1), (2);");
    assert_eq!(one.psql("select n from t order by n"), "1\n2");
    let client = one.client().await;
    let row = client.query_one("select sum(n) from t", &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 3);
    let error = other.try_psql("select n from t").unwrap_err();
    assert!(error.contains("does not exist"), "{error}");
}

#[tokio::test]
async fn a_database_is_dropped_with_its_roles_even_while_in_use() {
    let database = Server::shared().database();
    let name = database.name().to_owned();
    let role = database.role("");
    database.psql("create table t (n int)");
    let error = role.try_psql("select n from t").unwrap_err();
    assert!(error.contains("permission denied"), "{error}");
    let _client = role.client().await;
    drop(database);
    let left = format!(
        "select (select count(*) from pg_database where datname = '{name}') \
              + (select count(*) from pg_roles where rolname = '{}')",
        role.name
    );
    assert_eq!(Server::shared().psql("postgres", &left), "0");
}

#[test]
fn a_server_keeps_the_settings_it_was_started_with() {
    let server = Server::start_with(&["max_connections=7", "work_mem=2MB"]);
    let settings = "show max_connections; show work_mem";
    assert_eq!(server.psql("postgres", settings), "7\n2MB");
    server.restart();
    assert_eq!(server.psql("postgres", settings), "7\n2MB");
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let database = Server::shared().database();
    let role = database.role("");
    let (user, _) = role.url.split_once('@').unwrap();
    let (user, _) = user.rsplit_once(':').unwrap();
    let place = format!("127.0.0.1:{}/{}", database.server().port(), database.name());
    let url = format!("{user}:wrong@{place}");
    let refused = tokio_postgres::connect(&url, tokio_postgres::NoTls).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn statements_are_counted_by_the_server() {
    let database = Server::shared().database();
    database.psql("create table t (n int)");
    database.reset_queries();
    for _ in 0..3 {
        database.psql("select n from t where n = 7");
    }
    assert_eq!(database.queries("select n from t%"), 3);
    database.reset_queries();
    assert_eq!(database.queries("select n from t%"), 0);
}

#[tokio::test]
async fn killed_stopped_and_restarted_the_data_and_the_port_stay() {
    let server = Server::start();
    let database = server.database();
    let (port, url) = (server.port(), database.url());
    database.psql("create table t (n int); insert into t values (1);");

    let client = database.client().await;
    server.kill9();
    assert!(client.query_one("select n from t", &[]).await.is_err());
    assert!(server.try_psql("postgres", "select 1").is_err());
    server.restart();
    assert_eq!(database.psql("select n from t"), "1");

    let client = database.client().await;
    server.stop();
    assert!(client.query_one("select n from t", &[]).await.is_err());
    server.restart();
    assert_eq!(database.psql("select n from t"), "1");
    assert_eq!((server.port(), database.url()), (port, url));
}

#[tokio::test]
async fn a_frozen_server_answers_nobody_until_it_thaws() {
    let server = Server::start();
    let database = server.database();
    let client = database.client().await;
    server.freeze();
    let answer = client.query_one("select 1", &[]);
    let mut answer = std::pin::pin!(answer);
    let pause = Duration::from_millis(200);
    assert!(tokio::time::timeout(pause, &mut answer).await.is_err());
    server.thaw();
    assert!(answer.await.is_ok());
}

#[tokio::test]
async fn every_session_can_be_ended() {
    let database = Server::shared().database();
    let client = database.client().await;
    assert_eq!(database.terminate_backends(), 1);
    assert!(client.query_one("select 1", &[]).await.is_err());

    let server = Server::start();
    let database = server.database();
    let client = database.client().await;
    assert_eq!(server.terminate_backends(), 1);
    assert!(client.query_one("select 1", &[]).await.is_err());
}

#[test]
fn restoring_takes_back_what_came_after_saving() {
    let server = Server::start();
    let database = server.database();
    database.psql("create table t (n int); insert into t values (1);");
    server.save();
    database.psql("insert into t values (2)");
    server.restore();
    assert_eq!(database.psql("select n from t"), "1");
}

#[test]
fn a_dropped_server_leaves_nothing_behind() {
    let server = Server::start();
    let (folder, process) = (server.folder(), server.process().unwrap());
    server.freeze();
    drop(server);
    assert!(!folder.exists());
    assert!(!is_running(process));
}

/// Runs itself again as a process that holds two servers, one of them frozen, and kills that.
#[test]
fn a_killed_test_process_leaves_nothing_behind() {
    if env::var_os(HOLD).is_some() {
        hold_two_servers();
    }
    let mut holder = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("postgres::a_killed_test_process_leaves_nothing_behind")
        .env(HOLD, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let held = held(&mut holder);
    for (process, folder) in &held {
        assert!(is_running(*process) && Path::new(folder).exists());
    }
    holder.kill().unwrap();
    holder.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(30);
    for (process, folder) in &held {
        while is_running(*process) || Path::new(folder).exists() {
            assert!(Instant::now() < deadline, "{process} or {folder} is left");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

const HOLD: &str = "CONFIG_TESTS_HOLD_TWO_SERVERS";

fn hold_two_servers() -> ! {
    let servers = [Server::shared(), Server::start()];
    servers[1].freeze();
    for server in &servers {
        let process = server.process().unwrap();
        println!("holding {process} {}", server.folder().display());
    }
    loop {
        thread::park();
    }
}

fn held(holder: &mut Child) -> Vec<(i32, String)> {
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let held = lines.map_while(Result::ok).filter_map(|line| {
        // The test runner may have printed the test's name before it, on the same line.
        let (_, held) = line.split_once("holding ")?;
        let (process, folder) = held.split_once(' ')?;
        Some((process.parse().ok()?, folder.to_owned()))
    });
    held.take(2).collect()
}

fn is_running(process: i32) -> bool {
    let process = rustix::process::Pid::from_raw(process).unwrap();
    rustix::process::test_kill_process(process).is_ok()
}

//! What the store's bookkeeping adds to a write: the epoch that all writers queue for, versions and the log.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use config_benches::{Axis, Plot, Report, Series, median};
use config_sdk::Operator;
use config_tests::postgres::{Database, Server};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::many::{self, GuildConfig};

/// Most writers at a time; each has a row of its own.
const WRITERS: [usize; 3] = [1, 8, 32];

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Plain,
    Kept,
    Operator,
}

const WAYS: [(Way, &str); 3] = [
    (Way::Plain, "plain `UPDATE`, without bookkeeping"),
    (Way::Kept, "plain `UPDATE` of a block's row"),
    (Way::Operator, "`Operator::change`"),
];

/// One round of one way.
struct Round {
    micros: f64,
    a_second: f64,
}

pub(crate) async fn measure(report: &mut Report, server: &Server) {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let disk = among(report, &on(&folder), &WRITERS).await;
    // A disk may take so long that it hides the work.
    let memory = among(report, server, &[1]).await;
    tell(report, &disk, &memory);
}

async fn among(report: &Report, server: &Server, writers: &[usize]) -> Vec<[Round; 3]> {
    let database = Arc::new(many::database(server, 7, 32).await);
    // The same columns and the same key, and nothing that anybody is told of.
    database.psql(
        "create table plain (like guild_config including defaults including indexes);
         insert into plain overriding system value select * from guild_config",
    );
    let time = Duration::from_millis(report.size(250, 1500));
    let mut found = Vec::new();
    for writers in writers {
        let mut rounds: [Vec<Round>; 3] = Default::default();
        for _ in 0..report.size(2, 5) {
            for (rounds, (way, _)) in rounds.iter_mut().zip(WAYS) {
                rounds.push(round(&database, way, *writers, time).await);
            }
        }
        let middle = |rounds: &Vec<Round>| Round {
            micros: median(rounds.iter().map(|round| round.micros).collect()),
            a_second: median(rounds.iter().map(|round| round.a_second).collect()),
        };
        found.push(rounds.each_ref().map(middle));
    }
    found
}

fn tell(report: &mut Report, disk: &[[Round; 3]], memory: &[[Round; 3]]) {
    let mut rows = Vec::new();
    for (commits, found) in [("wait for a disk", disk), ("do not", memory)] {
        for (writers, rounds) in WRITERS.iter().zip(found) {
            for ((_, name), round) in WAYS.iter().zip(rounds) {
                rows.push(vec![
                    commits.to_owned(),
                    writers.to_string(),
                    (*name).to_owned(),
                    format!("{:.0}", round.micros),
                    format!("{:.2}", round.micros / rounds[0].micros),
                    format!("{:.0}", round.a_second),
                ]);
            }
        }
    }
    if let ([one, ..], [other, ..]) = (disk, memory) {
        let micros = |rounds: &[Round; 3]| rounds.each_ref().map(|round| round.micros);
        let ([plain, kept, _], [bare, work, _]) = (micros(one), micros(other));
        let detail = format!(
            "{kept:.0} µs beside {plain:.0} µs with a disk to wait for, {work:.0} µs beside {bare:.0} µs \
             without one"
        );
        report.figure("changing.write", kept / plain, detail);
    }
    let columns =
        ["commits", "writers", "", "µs per write, p50", "beside plain", "writes/s of all"];
    report.table("writes", &columns, rows);
    let series = WAYS.iter().enumerate().map(|(place, (_, name))| Series {
        name: name.replace('`', ""),
        points: WRITERS.iter().zip(disk).map(|(n, all)| (*n as f64, all[place].a_second)).collect(),
    });
    report.plot(Plot {
        id: "writes_by_writers".to_owned(),
        title: "Writes of configuration a second, each kept on disk, by how many write at a time"
            .to_owned(),
        x: Axis { label: "writers, each with a row of its own".to_owned(), log: false },
        y: Axis { label: "writes a second".to_owned(), log: true },
        series: series.collect(),
    });
}

/// A server that waits for `disk` when it commits, as servers do that are to keep what they are told; the
/// harness's own do not, and keep everything in memory where they can.
fn on(disk: &TempDir) -> Server {
    let server = Server::start_with(&["fsync=on", "full_page_writes=on"]);
    server.stop();
    let (log, kept) = (server.folder().join("data/pg_wal"), disk.path().join("pg_wal"));
    let copied = Command::new("cp").arg("-Rp").args([&log, &kept]).status().expect("cp");
    assert!(copied.success(), "the server's log was not copied to {}", kept.display());
    std::fs::remove_dir_all(&log).expect("the log is there");
    symlink(&kept, &log).expect("a link");
    server.restart();
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let value = server.psql("postgres", &format!("show {setting}"));
        assert_eq!(value, "on", "{setting}");
    }
    server
}

/// This many writers, as fast as they can, each one after the other.
async fn round(database: &Arc<Database>, way: Way, writers: usize, time: Duration) -> Round {
    let over = Arc::new(AtomicBool::new(false));
    let mut all = JoinSet::new();
    for writer in 1..=writers {
        let (over, key) = (Arc::clone(&over), format!("guild-{writer}"));
        match way {
            Way::Operator => {
                let builder = many::with_keys(7).url(&database.url());
                let operator = builder.operator().expect("an operator").author("bench");
                set(&operator, &key, 0).await;
                all.spawn(operate(operator, key, over));
            }
            Way::Plain | Way::Kept => {
                let table = if way == Way::Plain { "plain" } else { "guild_config" };
                let sql = format!("update {table} set daily = daily + 1 where guild_id = '{key}'");
                all.spawn(update(database.client().await, sql, over));
            }
        }
    }
    let began = Instant::now();
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let micros = all.join_all().await.concat();
    let a_second = micros.len() as f64 / began.elapsed().as_secs_f64();
    Round { micros: median(micros), a_second }
}

async fn update(client: tokio_postgres::Client, sql: String, over: Arc<AtomicBool>) -> Vec<f64> {
    let mut micros = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        client.batch_execute(&sql).await.expect("a write");
        micros.push(began.elapsed().as_secs_f64() * 1e6);
    }
    micros
}

async fn operate(operator: Operator, key: String, over: Arc<AtomicBool>) -> Vec<f64> {
    let mut micros = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        set(&operator, &key, micros.len() as i64 + 1).await;
        micros.push(began.elapsed().as_secs_f64() * 1e6);
    }
    micros
}

async fn set(operator: &Operator, key: &str, daily: i64) {
    let daily = daily + fastrand::i64(0..1_000_000_000); // another value than any round before
    let change = operator.change().set_key::<GuildConfig>(key, move |guild| guild.daily = daily);
    change.apply().await.expect("a write");
}

//! A thousand blocks changed in one transaction, each a type and a table of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use config_benches::{Report, median};
use config_sdk::{Config, PostgresStore};
use config_tests::counted::Counted;
use config_tests::numbered::{MOST, Numbered};
use config_tests::postgres::Server;
use config_tests::proxy::Proxy;

use crate::many::{self, NEVER};

/// How long it stays quiet before nothing more is taken to follow.
const QUIET: Duration = Duration::from_millis(300);

pub(crate) async fn measure(report: &mut Report, server: &Server) {
    let database = many::database(server, MOST, 0).await;
    let proxy = Proxy::to(server.port());
    let url = format!("{}?sslmode=disable", database.url_through(proxy.port()));
    let (store, asked) = Counted::new(PostgresStore::new(&url).expect("a URL"));
    // As in a program: the notifications are read by one thread while another one asks.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let start = many::with_keys(MOST).store(store).ttl(NEVER).start();
    let config = runtime.spawn(start).await.expect("no panic").expect("a start");
    many::listening(&config).await;
    let writer = database.client().await;
    let over = Arc::new(AtomicBool::new(false));
    let reader = {
        let (config, over) = (config.clone(), Arc::clone(&over));
        std::thread::spawn(move || mixed(&config, &over))
    };
    let (mut passes, mut trips, mut millis, mut writing) = (0, 0, Vec::new(), Vec::new());
    for round in 1..=report.size(2, 30) {
        // The session that asks is the last that was begun.
        let asking = || *proxy.round_trips().last().expect("it asks");
        let (before, epoch) = (asking(), config.status().epoch);
        asked.take();
        let update = |n| format!("update block_{n}_config set number = {round};");
        let all: String = (0..MOST).map(update).collect();
        let began = Instant::now();
        writer.batch_execute(&format!("begin; {all}")).await.expect("a change");
        writing.push(began.elapsed().as_secs_f64() * 1e3);
        let began = Instant::now();
        writer.batch_execute("commit").await.expect("a commit");
        config.wait_for(epoch + 1, many::SOON).await.expect("the change");
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        assert_eq!(config.get::<Numbered<{ MOST - 1 }>>().number, round);
        tokio::time::sleep(QUIET).await;
        passes = passes.max(asked.count());
        trips = trips.max(asking() - before);
    }
    over.store(true, Ordering::Relaxed);
    let mixed = reader.join().expect("a reader");
    assert_eq!(mixed, 0, "snapshots of two moments");
    let (millis, writing) = (median(millis), median(writing));
    report.figure(
        "changing.together.passes",
        passes as f64,
        "none of a thousand blocks apart from the others",
    );
    let detail = format!("on the wire; {millis:.1} ms from commit to readers");
    report.figure("changing.together.queries", trips as f64, detail);
    let columns = [
        "blocks in one transaction",
        "passes",
        "queries",
        "ms of the 1,000 statements",
        "ms from commit to readers",
        "snapshots that mixed two moments",
    ];
    let row = [
        MOST.to_string(),
        passes.to_string(),
        trips.to_string(),
        format!("{writing:.1}"),
        format!("{millis:.1}"),
        mixed.to_string(),
    ];
    report.table("together", &columns, vec![row.to_vec()]);
    config.shutdown().await;
    runtime.shutdown_background();
}

/// How many snapshots were of two moments.
fn mixed(config: &Config, over: &AtomicBool) -> usize {
    let mut mixed = 0;
    while !over.load(Ordering::Relaxed) {
        let view = config.snapshot();
        let number = view.get::<Numbered<0>>().number;
        let others = [
            view.get::<Numbered<1>>().number,
            view.get::<Numbered<499>>().number,
            view.get::<Numbered<{ MOST - 1 }>>().number,
        ];
        mixed += usize::from(others.iter().any(|other| *other != number));
        std::thread::sleep(Duration::from_micros(100));
    }
    mixed
}

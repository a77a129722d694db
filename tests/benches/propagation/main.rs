//! How long it takes until a change that one process commits is what another one reads, by every road
//! that it can come, beside the bare sequence by hand: LISTEN, and one SELECT of the row.
//!
//! The processes are this program, started once more for each road. Time is the machine's monotonic
//! clock, which is one for all of them. The push road and the sequence by hand take turns change by
//! change, so that whatever else the machine does falls on both.

mod block;
mod by_hand;
mod figures;
mod reader;
mod roads;
mod sample;
mod watcher;

use std::time::Duration;

use config_benches::Report;
use config_tests::postgres::Server;
use config_tests::redis::Redis;

use crate::reader::Reader;
use crate::roads::Road;

/// Longest pause between two changes.
const SHORT: Duration = Duration::from_millis(4);
/// The same where somebody looks now and then: changes fall on every moment between two looks.
const LONG: Duration = Duration::from_millis(100);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some(reader::ROLE) {
        return watcher::run(&words.collect::<Vec<_>>()).await;
    }
    let Some(mut report) = Report::begin("propagation") else {
        return;
    };
    let server = Server::start();
    if report.wants("push") {
        let changes = report.size(400, 5000);
        let mut push = Road::postgres("Postgres, push", &server, Reader::push).await;
        let mut hand = Road::by_hand("LISTEN and SELECT by hand", &server).await;
        roads::in_turn(&mut [&mut push, &mut hand], changes, SHORT).await;
        figures::push(&mut report, &push, &hand);
    }
    // Tables and a plot, and no figure.
    if report.wants("roads") && !report.quick {
        let redis = Redis::start();
        let bus = |url: &str| Reader::on_bus(url, &redis.url());
        let mut bus = Road::postgres("Redis bus", &server, bus).await;
        roads::in_turn(&mut [&mut bus], report.size(200, 2000), SHORT).await;
        let mut poll = Road::postgres("Postgres, polled every 100 ms", &server, Reader::poll).await;
        let mut sqlite = Road::sqlite("SQLite, a file on one machine").await;
        roads::in_turn(&mut [&mut poll, &mut sqlite], report.size(50, 500), LONG).await;
        figures::roads(&mut report, &[bus, poll, sqlite]);
    }
    report.end();
}

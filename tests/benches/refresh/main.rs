//! What a process asks of the store: when nothing happens, when it starts, when much changes at once, when it
//! is flooded with notifications; and what the store's bookkeeping adds to a write.

mod flood;
mod idle;
mod many;
mod start;
mod together;
mod writes;

use config_benches::Report;
use config_tests::postgres::Server;

// One thread, so that what is counted at the end of a start is what the start has done.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Some(mut report) = Report::begin("refresh") else {
        return;
    };
    let server = Server::start();
    if report.wants("start") {
        start::measure(&mut report, &server).await;
    }
    if report.wants("together") {
        together::measure(&mut report, &server).await;
    }
    if report.wants("flood") {
        flood::measure(&mut report, &server).await;
    }
    if report.wants("writes") {
        writes::measure(&mut report, &server).await;
    }
    if report.wants("idle") {
        idle::measure(&mut report, &server).await;
    }
    report.end();
}

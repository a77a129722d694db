//! What many keys cost on Postgres: a change among them, loading all of them, and the memory they take.
//! Prints tables.
//!
//! What is compared takes turns in one run, and a figure is the middle of the rounds. Memory is that of
//! processes of their own, which this program starts of itself.

mod blocks;
mod by_hand;
mod child;
mod heal;
mod keys;
mod memory;
mod soak;
mod warm;

use config_benches::Report;

fn main() {
    if child::is_one() {
        return child::run();
    }
    let Some(mut report) = Report::begin("warming") else {
        return;
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    if report.wants("keys") {
        runtime.block_on(keys::measure(&mut report));
    }
    if report.wants("warm") {
        runtime.block_on(warm::measure(&mut report));
    }
    if report.wants("heal") {
        runtime.block_on(heal::measure(&mut report));
    }
    if report.wants("memory") {
        runtime.block_on(memory::measure(&mut report));
    }
    if report.wants("soak") {
        runtime.block_on(soak::measure(&mut report));
    }
    report.end();
}

//! Ten thousand notifications a second that nothing is behind.

use std::time::{Duration, Instant};

use config_benches::{Report, median, now};
use config_sdk::{Config, PostgresStore};
use config_tests::counted::Counted;
use config_tests::memory::resident;
use config_tests::numbered::Numbered;
use config_tests::postgres::Server;
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::Client;

use crate::many::{self, NEVER};

/// How many are sent at once, and how often.
const AT_ONCE: u32 = 200;
const EVERY: Duration = Duration::from_millis(20);

pub(crate) async fn measure(report: &mut Report, server: &Server) {
    let seconds = report.size(4, 10);
    let database = many::database(server, 7, 0).await;
    let (store, asked) = Counted::new(PostgresStore::new(&database.url()).expect("a URL"));
    // Threads of its own, as in a program; the reader is another one.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let start = many::with_keys(7).store(store).ttl(NEVER).start();
    let config = runtime.spawn(start).await.expect("no panic").expect("a start");
    many::listening(&config).await;
    let anybody = database.role("").client().await;
    // Whatever is allocated once for it is allocated now.
    flood(&anybody, Duration::from_millis(500)).await;

    let quiet = Duration::from_secs(2);
    let calm = reads(&config, quiet);
    tokio::time::sleep(quiet).await;
    let mut calm = calm.join().expect("a reader");
    let memory = resident();
    assert!(memory > 0, "the system does not say how much memory a process takes");
    asked.take();
    let during = reads(&config, Duration::from_secs(seconds));
    let began = Instant::now();
    let sent = flood(&anybody, Duration::from_secs(seconds)).await;
    let took = began.elapsed().as_secs_f64();
    let (passes, growth) = (asked.count(), resident() as f64 / memory as f64);
    let during = during.join().expect("a reader");
    let after = reads(&config, quiet);
    tokio::time::sleep(quiet).await;
    calm.extend(after.join().expect("a reader"));

    let (calm, during) = (median(calm), median(during));
    let (rate, sent) = (passes as f64 / took, f64::from(sent) / took);
    let megabytes = memory as f64 / f64::from(1 << 20);
    let detail = format!("{passes} in {took:.1} s, {sent:.0} notifications a second");
    report.figure("changing.flood.passes", rate, detail);
    let detail = format!("{during:.2} ns beside {calm:.2} ns, time of the reader's processor");
    report.figure("changing.flood.readers", during / calm, detail);
    let detail = format!("resident, after {took:.0} s, of {megabytes:.1} MiB");
    report.figure("changing.flood.memory", growth, detail);
    let columns =
        ["notifications/s", "seconds", "passes/s", "ns per read", "without", "memory, to 1 before"];
    let row = [sent, took, rate, during, calm, growth];
    let row = row.map(|number| format!("{number:.2}"));
    report.table("flood", &columns, vec![row.to_vec()]);
    config.shutdown().await;
    runtime.shutdown_background();
}

/// Notifies for so long, and says how often it did.
async fn flood(anybody: &Client, time: Duration) -> u32 {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let ticks = (time.as_millis() / EVERY.as_millis()) as u32;
    for _ in 0..ticks {
        tick.tick().await;
        let forge = format!(
            "select pg_notify('config_sdk', '987654321 block_0 block_1 ' || n) from generate_series(1, {AT_ONCE}) n"
        );
        anybody.batch_execute(&forge).await.expect("anybody may notify");
    }
    ticks * AT_ONCE
}

/// Nanoseconds of the reader's processor for one read, again and again for so long.
fn reads(config: &Config, time: Duration) -> std::thread::JoinHandle<Vec<f64>> {
    const READS: u32 = 100_000;
    let config = config.clone();
    std::thread::spawn(move || {
        let (began, mut rounds) = (Instant::now(), Vec::new());
        while began.elapsed() < time {
            let before = now();
            for _ in 0..READS {
                std::hint::black_box(config.get::<Numbered<0>>().number);
            }
            rounds.push((now() - before).as_nanos() as f64 / f64::from(READS));
            // Something is to be left for those whose work is measured.
            std::thread::sleep(Duration::from_millis(2));
        }
        rounds
    })
}

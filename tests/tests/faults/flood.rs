//! Notifications without end from somebody who has nothing to say.

use std::time::Duration;

use config_sdk::Config;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::{interval, sleep};

use crate::blocks::NorthConfig;
use crate::stage::Stage;
use crate::trial::Trial;

/// Ten thousand of them, each with an epoch and names that would be news, in a thousand transactions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_notifications() {
    let trial = Trial::begin(Stage::new().await, "10,000 forged notifications");
    let stage = trial.stage();
    let anybody = stage.database.role("").client().await;
    for round in 0..1000 {
        let forge = format!(
            "select pg_notify('config_sdk', (18446744073709551615 - n)::text || ' north south ' || n) \
             from generate_series({round} * 10 + 1, {round} * 10 + 10) n"
        );
        anybody.batch_execute(&forge).await.expect("anybody may notify");
        sleep(Duration::from_millis(1)).await;
    }
    trial.healed().await;
}

/// As many a second, for ten seconds: whatever is behind them, it is looked into at a rate of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_notifications_for_ten_seconds() {
    let mut trial = Trial::begin(Stage::new().await, "10,000 forged notifications/s for 10 s");
    trial.pause().await; // each change would have a look of its own
    let anybody = trial.stage().database.role("").client().await;
    let mut tick = interval(Duration::from_millis(20));
    for _ in 0..500 {
        tick.tick().await;
        let forge =
            "select pg_notify('config_sdk', '1 north south ' || n) from generate_series(1, 200) n";
        anybody.batch_execute(forge).await.expect("anybody may notify");
    }
    trial.healed().await;
}

/// Takes no table's row: what it measures is a reader's own work, and not when the machine lets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_takes_no_longer_while_forged_notifications_come() {
    let stage = Stage::new().await;
    drop(stage.writer.pause().await);
    let measure = |rounds: usize| {
        let config = stage.config.clone();
        std::thread::spawn(move || (0..rounds).map(|_| cost_of_reads(&config)).min().expect("one"))
    };
    let before = measure(20).join().expect("a time");
    let anybody = stage.database.role("").client().await;
    let during = measure(40);
    while !during.is_finished() {
        let forge =
            "select pg_notify('config_sdk', '1 north south ' || n) from generate_series(1, 200) n";
        anybody.batch_execute(forge).await.expect("anybody may notify");
        sleep(Duration::from_millis(20)).await;
    }
    let during = during.join().expect("a time");
    let ratio = during.as_secs_f64() / before.as_secs_f64();
    println!("a read under a flood: {ratio:.3} of one without");
    assert!(ratio <= 1.05, "{ratio:.3}");
}

/// The processor's time that a hundred thousand reads take.
fn cost_of_reads(config: &Config) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
    };
    let began = now();
    for _ in 0..100_000 {
        std::hint::black_box(config.get::<NorthConfig>().first);
    }
    now() - began
}

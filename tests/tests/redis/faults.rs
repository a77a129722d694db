//! A server that is killed, frozen, flushed or set back costs time, and never a wrong answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use config_sdk::{Config, TierState};
use config_tests::wait;
use tokio::task::JoinHandle;

use crate::stage::{BytesConfig, SOON, Stage, connected, counts};

/// How soon after a fault's end everything is as before.
const HEALED: Duration = Duration::from_secs(2);

/// Readers that never stop.
struct Load {
    ends: Arc<AtomicBool>,
    slowest: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<u64>>,
}

impl Load {
    /// Reads warm and cold keys; the daily amount of each has to be `amounts` at all times.
    fn on(config: &Config, amounts: std::ops::RangeInclusive<i64>) -> Self {
        let (ends, slowest) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let task = |_| {
            let bytes = config.keyed::<BytesConfig>();
            let (ends, slowest, amounts) = (ends.clone(), slowest.clone(), amounts.clone());
            tokio::spawn(async move {
                let mut reads = 0;
                while !ends.load(Ordering::Relaxed) {
                    let guild = format!("guild-{}", fastrand::u32(..50_000));
                    let began = Instant::now();
                    let copy = bytes.get(guild).await;
                    assert!(amounts.contains(&copy.daily_amount), "{}", copy.daily_amount);
                    slowest.fetch_max(began.elapsed().as_millis() as u64, Ordering::Relaxed);
                    reads += 1;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                reads
            })
        };
        let tasks = (0..4).map(task).collect();
        Self { ends, slowest, tasks }
    }

    /// Ends them; how many reads there were, and how long the slowest took.
    async fn end(self) -> (u64, Duration) {
        self.ends.store(true, Ordering::Relaxed);
        let mut reads = 0;
        for task in self.tasks {
            reads += task.await.expect("no read fails");
        }
        (reads, Duration::from_millis(self.slowest.load(Ordering::Relaxed)))
    }
}

/// Waits until what `config` keeps is found by another process.
async fn is_used_again(stage: &Stage, config: &Config) {
    finds(&stage.process().await, config).await;
}

/// Waits until `other` finds what `config` keeps.
async fn finds(other: &Config, config: &Config) {
    let found = || async {
        let (hits, cold) = (counts(other).0, format!("cold-{}", fastrand::u64(..)));
        config.keyed::<BytesConfig>().get(&cold).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        other.keyed::<BytesConfig>().get(&cold).await;
        counts(other).0 > hits
    };
    wait::until("a copy to be found", SOON, found).await;
}

/// Prints a row of the table in `docs/faults.md`.
fn measured(fault: &str, healed: Duration, (reads, slowest): (u64, Duration)) {
    println!("| {fault} | {:.2} s | {reads} | {} ms |", healed.as_secs_f64(), slowest.as_millis());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_restarted_under_load_no_read_fails_and_none_is_stale_afterwards() {
    let stage = Stage::new();
    for number in 0..100 {
        stage.set_daily(&format!("guild-{number}"), 20);
    }
    let (here, there) = (stage.process().await, stage.process().await);
    let loads = [Load::on(&here, 10..=100), Load::on(&there, 10..=100)];
    let (mut last, mut healed) = (0, Duration::ZERO);
    for round in 0..4 {
        stage.redis.kill9();
        for number in 0..100 {
            last = stage.set_daily(&format!("guild-{number}"), 30 + round);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        stage.redis.restart();
        let began = Instant::now();
        connected(&here).await;
        connected(&there).await;
        healed = healed.max(began.elapsed());
        for config in [&here, &there] {
            config.wait_for(last, SOON).await.unwrap();
            for number in 0..100 {
                let bytes = config.keyed::<BytesConfig>();
                let copy = bytes.get(format!("guild-{number}")).await;
                assert_eq!(copy.daily_amount, 30 + round);
            }
        }
    }
    assert!(healed < HEALED, "{healed:?}");
    let (mut reads, mut slowest) = (0, Duration::ZERO);
    for load in loads {
        let ended = load.end().await;
        (reads, slowest) = (reads + ended.0, slowest.max(ended.1));
    }
    assert!(reads > 200 && slowest < Duration::from_secs(1), "{reads} reads, {slowest:?}");
    measured("server killed (-9)", healed, (reads, slowest));
    is_used_again(&stage, &here).await;
    assert!(here.status().tier.unwrap().errors > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_holds_readers_up_once_and_is_used_again_when_it_goes_on() {
    let stage = Stage::new();
    let config = stage.process().await;
    let load = Load::on(&config, 10..=100);
    let bytes = config.keyed::<BytesConfig>();
    let mut healed = Duration::ZERO;
    for round in 0..3 {
        let epoch = stage.set_daily("guild-1", 20 + round);
        config.wait_for(epoch, SOON).await.unwrap();
        bytes.get("guild-1").await;
        stage.redis.freeze();
        let is_left = || async {
            matches!(config.status().tier.unwrap().state, TierState::Unreachable { .. })
        };
        wait::until("the server to be left alone", SOON, is_left).await;
        let epoch = stage.set_daily("guild-1", 30 + round);
        config.wait_for(epoch, SOON).await.unwrap();
        let began = Instant::now();
        assert_eq!(bytes.get("guild-1").await.daily_amount, 30 + round);
        for number in 0..100 {
            bytes.get(format!("cold-{round}-{number}")).await;
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        stage.redis.thaw();
        let began = Instant::now();
        connected(&config).await;
        healed = healed.max(began.elapsed());
        let other = stage.process().await;
        assert_eq!(other.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 30 + round);
    }
    assert!(healed < HEALED, "{healed:?}");
    let (reads, slowest) = load.end().await;
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    measured("server frozen", healed, (reads, slowest));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_flushed_is_filled_again() {
    let stage = Stage::new();
    let (config, other) = (stage.process().await, stage.process().await);
    let load = Load::on(&config, 10..=100);
    let mut healed = Duration::ZERO;
    for amount in 20..25 {
        stage.redis.cli(&["FLUSHALL"]);
        let began = Instant::now();
        let epoch = stage.set_daily("guild-1", amount);
        config.wait_for(epoch, SOON).await.unwrap();
        assert_eq!(config.keyed::<BytesConfig>().get("guild-1").await.daily_amount, amount);
        finds(&other, &config).await;
        healed = healed.max(began.elapsed());
        stage.redis.cli(&["SCRIPT", "FLUSH"]);
    }
    assert!(healed < HEALED, "{healed:?}");
    let (reads, slowest) = load.end().await;
    assert!(reads > 0 && slowest < Duration::from_secs(1), "{reads} reads, {slowest:?}");
    measured("server flushed", healed, (reads, slowest));
    is_used_again(&stage, &config).await;
}

#[tokio::test]
async fn a_server_that_is_set_back_to_an_old_state_tells_nothing_of_it() {
    let stage = Stage::new();
    stage.set_daily("guild-1", 20);
    let config = stage.process().await;
    assert_eq!(config.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 20);
    stage.kept(2).await;
    stage.redis.cli(&["SAVE"]);
    let epoch = stage.set_daily("guild-1", 30);
    config.wait_for(epoch, SOON).await.unwrap();
    stage.redis.restart();
    assert_eq!(stage.copies().len(), 2, "the old copies are back");
    let other = stage.process().await;
    for config in [config, other] {
        connected(&config).await;
        config.keyed::<BytesConfig>().clear();
        assert_eq!(config.keyed::<BytesConfig>().get("guild-1").await.daily_amount, 30);
    }
}

#[tokio::test]
async fn without_a_server_everything_goes_on_and_the_status_says_so() {
    let stage = Stage::new();
    stage.set_daily("guild-1", 20);
    stage.redis.kill9();
    let config = stage.cold(&stage.redis.url()).await;
    let monotony = config.keyed::<BytesConfig>().get("guild-1").await.daily_amount;
    assert_eq!(monotony, 20);
    let failed = || async { config.status().tier.unwrap().errors > 2 };
    wait::until("tries", SOON, failed).await;
    let status = config.status();
    assert!(status.is_ready(), "{status}");
    assert!(status.to_string().contains("not used since"), "{status}");
    let errors = status.tier.unwrap().errors;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let tries = config.status().tier.unwrap().errors - errors;
    assert!((1..=6).contains(&tries), "{tries} tries in three seconds");
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_is_told_without_the_password() {
    let stage = Stage::new();
    stage.redis.cli(&["CONFIG", "SET", "requirepass", "hunter2"]);
    let url = stage.redis.url().replace("redis://", "redis://:hunter3@");
    let config = stage.cold(&url).await;
    let said = || async {
        let status = config.status().to_string();
        status.contains("WRONGPASS").then_some(status.clone()).ok_or(status)
    };
    let status = wait::until("the reason", SOON, said).await;
    assert!(!status.contains("hunter"), "{status}");
    let right = url.replace("hunter3", "hunter2");
    connected(&stage.cold(&right).await).await;
}

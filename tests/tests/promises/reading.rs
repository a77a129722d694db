//! Reading never waits: not for the network, not for a lock, not for a runtime.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use config_sdk::{Config, ConfigBlock, Faults, Guard, Handle, MemoryStore, Snapshot};
use config_tests::postgres::Server;
use config_tests::wait;

use crate::blocks::{LedgerConfig, RiskConfig, TradingConfig};
use crate::stage::{self, SOON, decimal};

/// A scheduler takes the processor away now and then, for longer than a read takes; whatever waited
/// for the network would be slow every time.
const PREEMPTED: usize = 50;

#[tokio::test]
async fn reads_go_on_while_the_server_is_frozen_each_in_less_than_a_millisecond() {
    let server = Server::start();
    let database = server.database();
    stage::migrate(&database).await;
    database.psql(&stage::insert("trading", &[("score_threshold", "0.8")]));
    let config = stage::on_postgres(&database).await;
    server.freeze();
    let refresh = tokio::spawn({
        let config = config.clone();
        async move { config.refresh_all().await }
    });
    let reader = thread::spawn(move || {
        let mut slow = Vec::new();
        for _ in 0..200_000 {
            let began = Instant::now();
            let score = config.get::<TradingConfig>().score_threshold;
            let took = began.elapsed();
            assert_eq!(score, decimal("0.8"));
            if took > Duration::from_millis(1) {
                slow.push(took);
            }
        }
        slow
    });
    let slow = tokio::task::spawn_blocking(|| reader.join().unwrap()).await.unwrap();
    assert!(slow.len() <= PREEMPTED, "{slow:?}");
    assert!(!refresh.is_finished(), "the server was not frozen");
    server.thaw();
    refresh.await.unwrap().unwrap();
}

/// Holds the publisher up in the middle of validating.
static GATE: (Mutex<bool>, Condvar) = (Mutex::new(true), Condvar::new());
static AT_THE_GATE: AtomicBool = AtomicBool::new(false);

#[derive(ConfigBlock)]
#[config(check = Self::pass_the_gate)]
struct GateConfig {
    #[config(default = 0)]
    number: u32,
}

impl GateConfig {
    fn pass_the_gate(&self) -> Result<(), Faults> {
        if self.number > 0 {
            AT_THE_GATE.store(true, Ordering::SeqCst);
            let open = GATE.1.wait_while(GATE.0.lock().unwrap(), |closed| *closed);
            drop(open.unwrap());
        }
        Ok(())
    }
}

#[test]
fn no_reader_waits_for_a_publisher_that_is_held_up() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = MemoryStore::new();
    let builder = Config::builder().block::<GateConfig>().block::<TradingConfig>();
    let config = runtime.block_on(builder.store(store.clone()).start()).unwrap();
    store.set("gate", [("number", "1")]);
    // The runtime may stand still with its worker, timers and all.
    wait::until_sync("the publisher at the gate", SOON, || AT_THE_GATE.load(Ordering::SeqCst));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let config = config.clone();
            thread::spawn(move || (0..10_000).all(|_| config.get::<GateConfig>().number == 0))
        })
        .collect();
    let read: Vec<_> = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
    *GATE.0.lock().unwrap() = false;
    GATE.1.notify_all();
    assert_eq!(read, [true; 4]);
    wait::until_sync("the value", SOON, || config.get::<GateConfig>().number == 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_publisher_waits_for_a_reader_that_is_held_up() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let guard = config.get::<RiskConfig>();
    let (inside, is_inside) = std::sync::mpsc::channel();
    let (leave, may_leave) = std::sync::mpsc::channel::<()>();
    let reader = thread::spawn({
        let config = config.clone();
        move || {
            config.with(|risk: &RiskConfig| {
                inside.send(()).unwrap();
                may_leave.recv().unwrap();
                risk.max_drawdown_pct
            })
        }
    });
    is_inside.recv().unwrap();
    let epoch = store.set("risk", [("max_drawdown_pct", "15")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(config.with(|risk: &RiskConfig| risk.max_drawdown_pct), decimal("15"));
    assert_eq!(guard.max_drawdown_pct, decimal("20"), "a guard keeps what it read");
    leave.send(()).unwrap();
    assert_eq!(reader.join().unwrap(), decimal("20"));
}

#[test]
fn threads_without_a_runtime_read_also_after_the_runtime_has_ended() {
    let store = MemoryStore::new();
    store.set("trading", [("score_threshold", "0.8")]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = runtime.block_on(stage::on_memory(&store));
    let read_all = |config: Config| {
        let score = decimal("0.8");
        assert_eq!(config.get::<TradingConfig>().score_threshold, score);
        assert_eq!(config.with(|trading: &TradingConfig| trading.score_threshold), score);
        assert_eq!(config.handle::<TradingConfig>().load().score_threshold, score);
        assert_eq!(config.snapshot().get::<TradingConfig>().score_threshold, score);
        let value = config.value("trading.score_threshold").unwrap();
        assert_eq!(value.as_decimal(), Some(score));
        config.block("trading").unwrap();
        config.explain("trading.score_threshold").unwrap();
    };
    let (one, other) = (config.clone(), config);
    thread::spawn(move || read_all(one)).join().unwrap();
    drop(runtime);
    thread::spawn(move || read_all(other)).join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guard_is_sent_to_other_threads_and_held_across_await() {
    fn is_send<T: Send>(_: &T) {}
    fn is_send_and_cloned<T: Send + Clone>(_: &T) {}
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let guard: Guard<TradingConfig> = config.get();
    let handle: Handle<TradingConfig> = config.handle();
    let snapshot: Snapshot = config.snapshot();
    is_send(&guard);
    is_send(&snapshot);
    is_send_and_cloned(&handle);
    let held = tokio::spawn({
        let (config, store) = (config.clone(), store.clone());
        async move {
            let epoch = store.set("trading", [("score_threshold", "0.8")]);
            config.wait_for(epoch, SOON).await.unwrap();
            let still = guard.score_threshold;
            (still, guard.into_arc())
        }
    });
    let (still, kept) = held.await.unwrap();
    assert_eq!(still, decimal("0.70"));
    assert_eq!(*kept, TradingConfig::default());
    assert_eq!(snapshot.get::<TradingConfig>().score_threshold, decimal("0.70"));
    assert_eq!(config.get::<TradingConfig>().score_threshold, decimal("0.8"));
}

#[tokio::test]
async fn a_handle_and_its_clones_follow_the_store() {
    let store = MemoryStore::new();
    let config = stage::on_memory(&store).await;
    let mut handle = config.handle::<TradingConfig>();
    assert_eq!(handle.load().max_positions, 5);
    let mut clone = handle.clone();
    let epoch = store.set("trading", [("max_positions", "9")]);
    config.wait_for(epoch, SOON).await.unwrap();
    assert_eq!(handle.load().max_positions, 9);
    assert_eq!(clone.load().max_positions, 9);
    assert_eq!(clone.meta().version, 1);
}

#[tokio::test]
async fn a_type_that_nobody_registered_is_none_or_a_panic_that_says_which_line_to_add() {
    let config = stage::on_memory(&MemoryStore::new()).await;
    assert!(config.try_get::<TradingConfig>().is_some());
    assert!(config.try_get::<LedgerConfig>().is_none());
    assert!(config.snapshot().try_get::<LedgerConfig>().is_none());
    let reads: [fn(&Config); 5] = [
        |config| drop(config.get::<LedgerConfig>()),
        |config| config.with(|_: &LedgerConfig| ()),
        |config| drop(config.handle::<LedgerConfig>()),
        |config| drop(config.subscribe::<LedgerConfig>()),
        |config| drop(config.snapshot().get::<LedgerConfig>().to_arc()),
    ];
    for read in reads {
        let config = config.clone();
        let panic = thread::spawn(move || read(&config)).join().unwrap_err();
        let said = panic.downcast_ref::<String>().unwrap();
        assert!(said.contains("blocks::LedgerConfig is not registered"), "{said}");
        assert!(said.contains("add `.block::<LedgerConfig>()` to Config::builder()"), "{said}");
    }
}

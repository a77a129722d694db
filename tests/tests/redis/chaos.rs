//! Several processes, several writers, and a server to which everything happens: not one stale read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use config_sdk::{
    BlockSchema, ConfigBlock, Key, Loaded, MemoryStore, Record, RedisOptions, RedisTier, Request,
    Source, Wanted, Which,
};
use config_tests::redis::Redis;

use crate::stage::BytesConfig;

/// How many keys are written and read; the shared row besides.
const KEYS: usize = 6;

/// Everything that was ever written: of each key, and of the shared row, what it was from which epoch.
type History = Mutex<BTreeMap<Option<Key>, Vec<(u64, i64)>>>;

struct Stage {
    store: MemoryStore,
    history: History,
    ends: AtomicBool,
}

/// From which epoch a value stood, and up to which.
type Span = (u64, u64);

impl Stage {
    fn key(number: usize) -> Key {
        Key::new([&*format!("guild-{number}")]).unwrap()
    }

    /// Writes a value that nobody wrote before to some rows, in one transaction.
    fn write(&self, value: i64) {
        let mut rows: Vec<_> = (0..KEYS).filter(|_| fastrand::u32(..4) == 0).map(Some).collect();
        if fastrand::u32(..8) == 0 {
            rows.push(None); // the shared row, together with others
        }
        let columns = BTreeMap::from([("daily_amount".to_owned(), Some(value.to_string()))]);
        let mut history = self.history.lock().unwrap();
        let epoch = self.store.transaction(|edit| {
            for row in &rows {
                match row.map(Self::key) {
                    Some(key) => edit.put_key("bytes", &key, columns.clone()),
                    None => edit.put("bytes", columns.clone()),
                }
            }
        });
        for row in rows {
            history.entry(row.map(Self::key)).or_default().push((epoch, value));
        }
    }

    /// When `row` was what the store held of `key`.
    fn span(&self, key: Option<&Key>, row: Option<&Record>) -> Span {
        let value =
            row.map_or(-1, |row| row.columns["daily_amount"].as_ref().unwrap().parse().unwrap());
        let history = self.history.lock().unwrap();
        let empty = Vec::new();
        let mut values = vec![(0, -1)];
        values.extend(history.get(&key.cloned()).unwrap_or(&empty));
        let at =
            values.iter().position(|(_, there)| *there == value).expect("a value that was written");
        (values[at].0, values.get(at + 1).map_or(u64::MAX, |(epoch, _)| epoch - 1))
    }

    /// What was loaded has to be as of a moment that is not before `known`, own and shared row as of
    /// the same.
    fn judge(&self, known: u64, keys: &[Key], loaded: &Loaded) {
        assert!(loaded.epoch >= known, "as of {}, and {known} was known", loaded.epoch);
        let shared = self.span(None, loaded.rows.shared.as_ref());
        for key in keys {
            let row = loaded.rows.own.iter().find(|(other, _)| other == key).map(|(_, row)| row);
            let own = self.span(Some(key), row);
            let (from, to) = (own.0.max(shared.0), own.1.min(shared.1));
            assert!(from <= to, "torn: {key} is of {own:?} and the shared row of {shared:?}");
            assert!(
                to >= loaded.epoch,
                "stale: {key} is of {own:?}, said to be as of {}",
                loaded.epoch
            );
        }
    }
}

/// A process that reads, and learns of changes now and then; its tier's hits.
async fn process(stage: Arc<Stage>, url: String) -> u64 {
    let blocks: [&'static BlockSchema; 1] = [BytesConfig::schema()];
    let mut hits = 0;
    while !stage.ends.load(Ordering::Relaxed) {
        let options = RedisOptions::new().namespace("chaos").ttl(Duration::from_secs(2));
        let tier = RedisTier::new(Arc::new(stage.store.clone()), &url, options).unwrap();
        let mut known = tier.fetch(Request::everything(&blocks)).await.unwrap().epoch;
        for _ in 0..fastrand::u32(50..400) {
            let request = Request::everything(&blocks).since(known);
            let fetch = async {
                match fastrand::u32(..3) {
                    0 => tier.fetch(request).await.unwrap().epoch,
                    _ => known,
                }
            };
            let (fetched, ..) =
                tokio::join!(fetch, read(&stage, &tier, known), read(&stage, &tier, known));
            known = fetched;
            tokio::time::sleep(Duration::from_micros(fastrand::u64(..2000))).await;
        }
        hits += tier.tier().unwrap().hits;
    }
    hits
}

async fn read(stage: &Stage, tier: &RedisTier, known: u64) {
    let keys: Vec<_> = (0..KEYS).filter(|_| fastrand::bool()).map(Stage::key).collect();
    let wanted = Wanted::of(BytesConfig::schema(), Which::Keys(&keys));
    let loaded = tier.load(wanted).await.unwrap();
    stage.judge(known, &keys, &loaded);
}

/// Something happens to the server.
fn happen(redis: &Redis) {
    let pause = || std::thread::sleep(Duration::from_millis(fastrand::u64(..400)));
    match fastrand::u32(..8) {
        0 => drop(redis.cli(&["FLUSHALL"])),
        1 => drop(redis.cli(&["SAVE"])),
        2 => drop(redis.cli(&["SCRIPT", "FLUSH"])),
        3 => {
            redis.kill9();
            pause();
            redis.restart();
        }
        4 => {
            redis.freeze();
            pause();
            redis.thaw();
        }
        5 => {
            for name in redis.cli(&["--scan", "--pattern", "config_sdk:*"]).lines() {
                if !name.contains("guild") && fastrand::bool() {
                    redis.cli(&["DEL", name]);
                }
            }
        }
        6 => drop(redis.cli(&["CLIENT", "KILL", "TYPE", "normal"])),
        _ => pause(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_the_server_no_process_reads_what_it_knows_to_be_outdated() {
    let seconds = std::env::var("CHAOS_SECONDS").ok().and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(8));
    let redis = Arc::new(Redis::start());
    let store = MemoryStore::new();
    let stage = Stage { store, history: History::default(), ends: AtomicBool::new(false) };
    let stage = Arc::new(stage);
    let processes: Vec<_> =
        (0..4).map(|_| tokio::spawn(process(stage.clone(), redis.url()))).collect();
    let server = Arc::clone(&redis);
    let acting = Arc::clone(&stage);
    let acts = tokio::task::spawn_blocking(move || {
        while !acting.ends.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(fastrand::u64(..1500)));
            happen(&server);
        }
    });
    let mut value = 0;
    while Instant::now() < end && processes.iter().all(|process| !process.is_finished()) {
        value += 1;
        stage.write(value);
        stage.store.delay(Duration::from_micros(fastrand::u64(..3000)));
        tokio::time::sleep(Duration::from_millis(fastrand::u64(..30))).await;
    }
    stage.ends.store(true, Ordering::Relaxed);
    let mut hits = 0;
    for process in processes {
        hits += process.await.expect("no read is stale, torn or failed");
    }
    acts.await.unwrap();
    println!("{value} changes, {hits} copies found");
    assert!(hits > 100, "only {hits} copies were found, which proves little");
}

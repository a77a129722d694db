//! Faults mixed at random for as long as is wanted, with readers and a writer throughout.

use std::time::{Duration, Instant};

use config_tests::{memory, wait};
use fastrand::Rng;
use tokio::time::sleep;
use tokio_postgres::Client;

use crate::stage::{SOON, Stage, is_well};
use crate::writer::stored;

/// `scripts/soak MINUTES [SEED]` sets both: how many seconds, and which mixture.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_soak_in_faults_mixed_at_random() {
    let setting = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let length = Duration::from_secs(setting("SOAK_SECONDS").unwrap_or(20));
    let seed = setting("SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}, {} s", length.as_secs());
    let mut random = Rng::with_seed(seed);
    let stage = Stage::new().await;
    let (began, mut faults, mut lost, mut slowest) = (Instant::now(), 0, 0, Duration::ZERO);
    let mut taken = Vec::new();
    while began.elapsed() < length {
        let mixture = Mixture::draw(&mut random);
        faults += mixture.count();
        println!("{:6.1} s  {mixture:?}", began.elapsed().as_secs_f64());
        mixture.go_through(&stage, Duration::from_millis(random.u64(..3000))).await;
        match healed(&stage).await {
            Some(after) => {
                slowest = slowest.max(after);
                // Buffers that grow once have grown by the time that the first mixture is over.
                taken.push((began.elapsed(), memory::resident()));
            }
            None => {
                println!("not healed: {}", stage.config.status());
                lost += 1;
                break;
            }
        }
    }
    let _pause = stage.writer.pause().await;
    let last = stage.writer.committed();
    let end = Instant::now() + SOON;
    while stage.readers.newest() != last && Instant::now() < end {
        sleep(Duration::from_millis(5)).await;
    }
    lost += u64::from(stage.readers.newest() != last);
    let commits = stage.writer.commits();
    let seen = stage.readers.finish();
    println!(
        "seed {seed}: changes committed {commits}, changes seen {}, faults injected {faults}, \
         slowest healing {} ms, reads checked {}, worst read {} µs, failed {}, lost {lost}, torn {}",
        seen.changes,
        slowest.as_millis(),
        seen.reads,
        seen.worst.as_micros(),
        seen.failed,
        seen.torn.len()
    );
    show(&taken);
    assert_eq!((lost, seen.failed, seen.torn), (0, 0, Vec::new()));
}

/// What the process took of the machine's memory, as a table: readers, writer and harness included.
fn show(taken: &[(Duration, u64)]) {
    let places = ["start", "middle", "end"].into_iter();
    let last = taken.len().saturating_sub(1);
    println!("\n| memory | after, s | MB |\n|---|---|---|");
    for (place, at) in places.zip([0, last / 2, last]) {
        if let Some((after, bytes)) = taken.get(at) {
            println!("| {place} | {:.0} | {:.1} |", after.as_secs_f64(), *bytes as f64 / 1e6);
        }
    }
}

/// What goes wrong at once: at most one of each kind.
#[derive(Debug)]
struct Mixture {
    store: Option<Store>,
    network: Option<Network>,
    server: Option<Server>,
}

#[derive(Clone, Copy, Debug)]
enum Store {
    SessionsEnded,
    TableLocked,
    BadRow,
    Forged,
    PasswordChanged,
}

#[derive(Clone, Copy, Debug)]
enum Network {
    Cut,
    Silent,
    SilentToServer,
    SilentToProgram,
}

#[derive(Clone, Copy, Debug)]
enum Server {
    Killed,
    Stopped,
    Frozen,
}

impl Mixture {
    fn draw(random: &mut Rng) -> Self {
        use {Network as N, Server as S, Store as T};
        let stores =
            [T::SessionsEnded, T::TableLocked, T::BadRow, T::Forged, T::PasswordChanged].map(Some);
        let networks = [N::Cut, N::Silent, N::SilentToServer, N::SilentToProgram].map(Some);
        let servers = [S::Killed, S::Stopped, S::Frozen].map(Some);
        loop {
            let mixture = Self {
                store: random.bool().then(|| random.choice(stores)).flatten().flatten(),
                network: random.bool().then(|| random.choice(networks)).flatten().flatten(),
                server: random.bool().then(|| random.choice(servers)).flatten().flatten(),
            };
            if mixture.count() > 0 {
                return mixture;
            }
        }
    }

    fn count(&self) -> u64 {
        let all = [self.store.is_some(), self.network.is_some(), self.server.is_some()];
        all.into_iter().map(u64::from).sum()
    }

    /// Begins what is asked of a healthy server first, and ends it last.
    async fn go_through(&self, stage: &Stage, length: Duration) {
        let lock = match self.store {
            Some(store) => store.begin(stage).await,
            None => None,
        };
        match self.network {
            Some(Network::Cut) => stage.proxy.cut(),
            Some(Network::Silent) => stage.proxy.freeze(),
            Some(Network::SilentToServer) => stage.proxy.freeze_to_server(),
            Some(Network::SilentToProgram) => stage.proxy.freeze_to_client(),
            None => {}
        }
        match self.server {
            Some(Server::Killed) => stage.server.kill9(),
            Some(Server::Stopped) => stage.server.stop(),
            Some(Server::Frozen) => stage.server.freeze(),
            None => {}
        }
        sleep(length).await;
        match self.server {
            Some(Server::Frozen) => stage.server.thaw(),
            Some(_) => stage.server.restart(),
            None => {}
        }
        stage.proxy.heal();
        drop(lock);
        match self.store {
            Some(Store::PasswordChanged) => stage.set_password(stage.role_password()),
            Some(Store::BadRow) => {
                stage.database.psql("update south_config set second = first");
            }
            _ => {}
        }
    }
}

impl Store {
    /// Begins it; it lasts as long as what this returns.
    async fn begin(self, stage: &Stage) -> Option<Client> {
        match self {
            Self::SessionsEnded => {
                stage.end_sessions("true");
            }
            Self::TableLocked => {
                stage.readers.allow_apart(true);
                let locker = stage.database.client().await;
                locker.batch_execute("begin; lock table south_config").await.expect("a lock");
                return Some(locker);
            }
            Self::BadRow => {
                stage.readers.allow_apart(true);
                stage.database.psql("update south_config set second = first + 1");
            }
            Self::Forged => {
                stage.database.psql(
                    "select pg_notify('config_sdk', n || ' north south') from generate_series(1, 500) n",
                );
            }
            Self::PasswordChanged => {
                stage.set_password("another");
                stage.end_sessions("true");
            }
        }
        None
    }
}

/// How long it took until readers had what the store holds and the state was well; `None` if that
/// was not to be waited for. Nobody writes meanwhile, and changes go on afterwards.
async fn healed(stage: &Stage) -> Option<Duration> {
    let ended = Instant::now();
    let pause = stage.writer.pause().await;
    let stored = stored(&stage.database);
    while stage.readers.newest() != stored || !is_well(&stage.config.status()) {
        if ended.elapsed() > SOON {
            return None;
        }
        sleep(Duration::from_millis(5)).await;
    }
    let healed = ended.elapsed();
    drop(pause);
    wait::until("more changes", SOON, || async { stage.readers.newest() > stored + 3 }).await;
    stage.readers.allow_apart(false);
    Some(healed)
}

//! One server: starting it and everything that can happen to it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::database::Database;
use super::psql::psql;
use super::template::template;
use super::{binaries, family};
use crate::life::{Life, Rise, on_a_free_port};

/// How long a server may take to come up, on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A Postgres server of our own; cheap to clone, gone with its last clone and database.
#[derive(Clone, Debug)]
pub struct Server {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    port: u16,
    password: &'static str,
    /// What it is started with besides, each `name=value`.
    settings: Vec<String>,
    databases: AtomicU64,
    life: Mutex<Life>,
}

impl Server {
    /// The server that the tests of this process share, started on first use. It must stay healthy:
    /// no stopping, killing or freezing.
    #[must_use]
    pub fn shared() -> Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start).clone()
    }

    /// A server for this test alone.
    ///
    /// # Panics
    /// When there is no Postgres on this machine, or it does not come up.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with these `settings`, each `name=value` without blanks, which win over the harness's own.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with(settings: &[&str]) -> Self {
        let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
        let template = template();
        let mut life = Life::new(binaries::folder());
        life.watchdog.must(&format!("copy {}", template.data.display()));
        let port = on_a_free_port(START, |port| run(&mut life, port, &settings));
        let server = Self {
            shared: Arc::new(Shared {
                port,
                password: &template.password,
                settings,
                databases: AtomicU64::new(1),
                life: Mutex::new(life),
            }),
        };
        // Fails where contrib is not installed; then only counting queries fails, and says so.
        let _ = server.try_psql("postgres", "create extension pg_stat_statements");
        server
    }

    /// A new, empty database; dropped when the value is.
    #[must_use]
    pub fn database(&self) -> Database {
        let number = self.shared.databases.fetch_add(1, Ordering::Relaxed);
        Database::create(self.clone(), format!("test_{number}"))
    }

    /// The port on 127.0.0.1; the same for the life of the server, restarts included.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// The folder of the data, the socket and the log.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.life().watchdog.folder().to_owned()
    }

    /// What the server wrote to its log since it was last started.
    #[must_use]
    pub fn log(&self) -> String {
        self.life().watchdog.log()
    }

    /// The number of the server's first process, while it runs.
    #[must_use]
    pub fn process(&self) -> Option<i32> {
        self.life().process()
    }

    /// Kills all of the server at once (`kill -9`), as a power cut would.
    pub fn kill9(&self) {
        self.life().end(family::kill);
    }

    /// Stops the server in good order: open transactions are rolled back, connections closed.
    pub fn stop(&self) {
        self.thaw();
        self.life().end(family::stop);
    }

    /// Starts the server again after [`stop`](Self::stop) or [`kill9`](Self::kill9), stopping it first
    /// if it runs: same port, same data.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn restart(&self) {
        self.stop();
        let mut life = self.life();
        let deadline = Instant::now() + START;
        // A killed server may still hold its memory or port for a moment.
        while let Err(log) = run(&mut life, self.shared.port, &self.shared.settings) {
            assert!(Instant::now() < deadline, "the server did not restart:\n{log}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops every process of the server where it is (SIGSTOP): connections stay open, none answers.
    pub fn freeze(&self) {
        self.life().freeze();
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.life().thaw();
    }

    /// Ends every client's session and returns how many there were.
    pub fn terminate_backends(&self) -> u64 {
        let ended = self.psql(
            "postgres",
            "select count(pg_terminate_backend(pid)) from pg_stat_activity \
             where backend_type = 'client backend' and pid <> pg_backend_pid()",
        );
        ended.parse().expect("a count")
    }

    /// Copies all data aside for [`restore`](Self::restore); stops the server for it and starts it again.
    pub fn save(&self) {
        self.stop();
        self.life().watchdog.must("save");
        self.restart();
    }

    /// Puts the data back as it was when [`save`](Self::save) was called, as restoring an old backup does.
    pub fn restore(&self) {
        self.stop();
        self.life().watchdog.must("restore");
        self.restart();
    }

    /// Runs SQL as a person at a `psql` prompt would, each statement on its own, and returns what it printed.
    ///
    /// # Panics
    /// With the error message, when a statement fails.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        self.try_psql(database, sql)
            .unwrap_or_else(|error| panic!("psql in {database}: {error}\n{sql}"))
    }

    /// Like [`psql`](Self::psql), for SQL that may fail.
    ///
    /// # Errors
    /// With what `psql` wrote to standard error.
    pub fn try_psql(&self, database: &str, sql: &str) -> Result<String, String> {
        psql(&self.url(database), sql)
    }

    /// The URL of a database, for the superuser.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let Shared { port, password, .. } = *self.shared;
        format!("postgres://admin:{password}@127.0.0.1:{port}/{database}")
    }

    /// Whether a query would be answered.
    pub(super) fn is_answering(&self) -> bool {
        self.life().is_answering()
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.shared.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins the server at `port` and waits until it takes connections; the error is its log.
fn run(life: &mut Life, port: u16, settings: &[String]) -> Result<(), String> {
    let lock_file = life.watchdog.folder().join("data/postmaster.pid");
    let order = format!("start {port} {}", settings.join(" "));
    life.begin(order.trim_end(), START, |process, log| {
        let lock = fs::read_to_string(&lock_file).unwrap_or_default();
        let mut lines = lock.lines();
        // A file left by a killed server says "ready" too, under another process number.
        let is_up = lines.next() == Some(process) && lines.nth(6).map(str::trim) == Some("ready");
        Rise::of(is_up, log.contains("FATAL"))
    })
}

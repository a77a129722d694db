//! A private PgBouncer in transaction mode, between a test and its Postgres server.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::life::{Life, Rise, on_a_free_port};
use crate::postgres::{Database, Server, family};

/// How long it may take to come up, on a busy machine.
const START: Duration = Duration::from_secs(30);

/// Most connections to it at a time.
const CLIENTS: u32 = 4000;

/// A pooler of our own, which lets in whom the server does; gone when dropped, or with the process.
#[derive(Debug)]
pub struct Pooler {
    port: u16,
    life: Mutex<Life>,
}

impl Pooler {
    /// A pooler that holds at most `size` sessions with each database of `server`.
    ///
    /// # Panics
    /// When there is no PgBouncer on this machine, or it does not come up.
    #[must_use]
    pub fn to(server: &Server, size: u32) -> Self {
        let mut life = Life::new(folder());
        let port = on_a_free_port(START, |port| {
            write(&life, server, port, size);
            run(&mut life, port)
        });
        Self { port, life: Mutex::new(life) }
    }

    /// The port on 127.0.0.1 that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of `database` through this pooler.
    #[must_use]
    pub fn url(&self, database: &Database) -> String {
        database.url_through(self.port)
    }

    /// The number of its process, while it runs.
    #[must_use]
    pub fn process(&self) -> Option<i32> {
        self.life().process()
    }

    /// Its folder: settings and log.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.life().watchdog.folder().to_owned()
    }

    /// Kills it at once (`kill -9`).
    pub fn kill9(&self) {
        self.life().end(family::kill);
    }

    /// Starts it again on the same port, killing it first if it runs.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn restart(&self) {
        self.kill9();
        let deadline = Instant::now() + START;
        while let Err(log) = run(&mut self.life(), self.port) {
            assert!(Instant::now() < deadline, "the pooler did not restart:\n{log}");
        }
    }

    /// Stops it where it is (SIGSTOP): connections stay open, nothing passes.
    pub fn freeze(&self) {
        self.life().freeze();
    }

    /// Lets a frozen one go on.
    pub fn thaw(&self) {
        self.life().thaw();
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes its settings.
fn write(life: &Life, server: &Server, port: u16, size: u32) {
    let url = server.url("");
    let login = url.split("://").nth(1).and_then(|rest| rest.split('@').next());
    let (user, password) = login.and_then(|login| login.split_once(':')).expect("a login");
    let settings = format!(
        "[databases]\n* = host=127.0.0.1 port={}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = scram-sha-256\nauth_file = users.txt\nauth_user = {user}\n\
         pool_mode = transaction\ndefault_pool_size = {size}\nmax_client_conn = {CLIENTS}\n",
        server.port()
    );
    let write = |name, text: &str| {
        fs::write(life.watchdog.folder().join(name), text).expect("a folder of our own");
    };
    write("pooler.ini", &settings);
    write("users.txt", &format!("\"{user}\" \"{password}\"\n"));
}

/// Begins it and waits until it takes connections; the error is its log.
fn run(life: &mut Life, port: u16) -> Result<(), String> {
    life.begin("pool", START, |_, log| {
        // Its own word that it runs, for the port may be somebody else's.
        let is_up = log.contains("process up");
        let is_up = is_up && TcpStream::connect(("127.0.0.1", port)).is_ok();
        Rise::of(is_up, log.contains("FATAL"))
    })
}

/// The folder that holds `pgbouncer`.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let path = env::var_os("PATH").unwrap_or_default();
        let usual = ["/usr/sbin", "/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from);
        let mut folders = env::split_paths(&path).chain(usual);
        folders.find(|folder| folder.join("pgbouncer").is_file()).unwrap_or_else(|| {
            panic!(
                "these tests need PgBouncer and found none: run `scripts/test`, which installs it"
            )
        })
    })
}

//! Private Redis servers, and everything that can happen to one.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{env, thread};

use crate::life::{Life, Rise, on_a_free_port};
use crate::port;
use crate::postgres::family;

/// How long a server may take to come up, on a busy machine.
const START: Duration = Duration::from_secs(30);

/// A Redis server of our own; gone when dropped, or with the process.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    life: Mutex<Life>,
}

impl Redis {
    /// An empty server.
    ///
    /// # Panics
    /// When there is no Redis on this machine, or it does not come up.
    #[must_use]
    pub fn start() -> Self {
        let mut life = Life::new(&folder());
        let port = on_a_free_port(START, |port| run(&mut life, port));
        Self { port, life: Mutex::new(life) }
    }

    /// The port on 127.0.0.1; the same for the life of the server, restarts included.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it at once (`kill -9`): what was not saved is lost.
    pub fn kill9(&self) {
        self.life().end(family::kill);
    }

    /// Starts it again on the same port with what was saved, killing it first if it runs.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn restart(&self) {
        let mut life = self.life();
        life.end(family::kill);
        let deadline = Instant::now() + START;
        while let Err(log) = run(&mut life, self.port) {
            assert!(Instant::now() < deadline, "Redis did not restart:\n{log}");
        }
    }

    /// Stops it where it is (SIGSTOP): connections stay open, nothing is answered.
    pub fn freeze(&self) {
        self.life().freeze();
    }

    /// Lets it go on; what was sent meanwhile is executed now.
    pub fn thaw(&self) {
        self.life().thaw();
    }

    /// Lets it encrypt as well, with this certificate and key, on a port of its own, which is returned.
    ///
    /// # Panics
    /// When it cannot.
    #[must_use]
    pub fn encrypt(&self, (certificate, key): (String, String)) -> u16 {
        let folder = self.life().watchdog.folder().to_owned();
        let put = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).expect("written");
            path.display().to_string()
        };
        let (certificate, key) = (put("server.crt", certificate), put("server.key", key));
        let port = port::free();
        let text = port.to_string();
        let set = ["CONFIG", "SET", "tls-cert-file", &certificate, "tls-key-file", &key];
        let more = ["tls-auth-clients", "no", "tls-port", &text];
        let answer = self.cli(&[&set[..], &more[..]].concat());
        assert_eq!(answer, "OK");
        port
    }

    /// Runs one command as a person would, and returns what it printed.
    ///
    /// # Panics
    /// When there is no answer.
    pub fn cli(&self, words: &[&str]) -> String {
        let mut command = Command::new(folder().join("redis-cli"));
        let output = command.args(["-p", &self.port.to_string()]).args(words).output();
        let output = output.expect("redis-cli should run");
        assert!(output.status.success(), "redis-cli {words:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Listens in on every command that is executed from now on.
    ///
    /// # Panics
    /// When the server cannot be reached.
    #[must_use]
    pub fn monitor(&self) -> Monitor {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.write_all(b"MONITOR\r\n").expect("a connection");
        let mut lines = BufReader::new(stream).lines();
        assert_eq!(lines.next().and_then(Result::ok).as_deref(), Some("+OK"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&heard);
        // Ends with the server.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                hearing.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Monitor(heard)
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server executed.
#[derive(Debug)]
pub struct Monitor(Arc<Mutex<Vec<String>>>);

impl Monitor {
    /// The commands so far, those inside scripts included: name first, in capitals, then the
    /// arguments, as far as they are text without blanks or quotes.
    #[must_use]
    pub fn commands(&self) -> Vec<Vec<String>> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parse = |line: &String| {
            let (_, words) = line.split_once("] ")?;
            let words = words.trim_matches('"').split("\" \"").map(str::to_owned);
            let mut words: Vec<String> = words.collect();
            words.first_mut()?.make_ascii_uppercase();
            Some(words)
        };
        lines.iter().filter_map(parse).collect()
    }
}

/// Begins the server at `port` and waits until it takes connections; the error is its log.
fn run(life: &mut Life, port: u16) -> Result<(), String> {
    life.begin(&format!("keep {port}"), START, |process, log| {
        // The log of the run before may still be there.
        let mut ours = log.lines().filter(|line| line.starts_with(&format!("{process}:")));
        let is_up = ours.any(|line| line.contains("Ready to accept connections"));
        Rise::of(is_up, log.contains("Failed listening"))
    })
}

/// The folder that holds `redis-server` and `redis-cli`.
fn folder() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/bin", "/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from);
    let has_both =
        |folder: &PathBuf| ["redis-server", "redis-cli"].iter().all(|name| is_file(folder, name));
    env::split_paths(&path).chain(usual).find(has_both).expect(
        "these tests need a Redis server and found none: run `scripts/test`, which installs one",
    )
}

fn is_file(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}

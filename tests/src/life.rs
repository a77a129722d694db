//! The life of a server's process in the care of a watchdog: begun, frozen, ended.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::port;
use crate::postgres::family;
use crate::postgres::watchdog::Watchdog;

/// A server's process, while it runs, and the watchdog that ends it with the test's.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) watchdog: Watchdog,
    process: Option<Pid>,
    frozen: bool,
}

/// How far a server has come up.
pub(crate) enum Rise {
    Up,
    Rising,
    Failed,
}

impl Rise {
    /// Up if `is_up`, or failed if that `has_failed`.
    pub(crate) fn of(is_up: bool, has_failed: bool) -> Self {
        match (is_up, has_failed) {
            (true, _) => Self::Up,
            (_, true) => Self::Failed,
            _ => Self::Rising,
        }
    }
}

impl Life {
    /// Before it begins; the server's program is in the folder `binaries`.
    pub(crate) fn new(binaries: &Path) -> Self {
        Self { watchdog: Watchdog::spawn(binaries), process: None, frozen: false }
    }

    /// Begins by an order to the watchdog, and waits for at most `limit` until it is up by the process's
    /// number and the log.
    ///
    /// # Errors
    /// With the log if it did not come up; it has ended then.
    pub(crate) fn begin(
        &mut self,
        order: &str,
        limit: Duration,
        look: impl Fn(&str, &str) -> Rise,
    ) -> Result<(), String> {
        let process = self.watchdog.order(order);
        self.process = process.parse().ok().and_then(Pid::from_raw);
        let deadline = Instant::now() + limit;
        loop {
            let log = self.watchdog.log();
            match look(&process, &log) {
                Rise::Up => return Ok(()),
                Rise::Rising if Instant::now() < deadline => {}
                _ => {
                    self.end(family::kill);
                    return Err(log);
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The number of its first process, while it runs.
    pub(crate) fn process(&self) -> Option<i32> {
        Some(self.process?.as_raw_nonzero().get())
    }

    /// Whether a question would be answered.
    pub(crate) fn is_answering(&self) -> bool {
        self.process.is_some() && !self.frozen
    }

    pub(crate) fn freeze(&mut self) {
        if let Some(process) = self.process {
            family::freeze(process);
            self.frozen = true;
        }
    }

    pub(crate) fn thaw(&mut self) {
        if let (Some(process), true) = (self.process, self.frozen) {
            family::thaw(process);
            self.frozen = false;
        }
    }

    pub(crate) fn end(&mut self, how: fn(Pid)) {
        if let Some(process) = self.process.take() {
            how(process);
            self.watchdog.must("wait");
            self.frozen = false;
        }
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // The watchdog could end a frozen server too, but waits five seconds for its children.
        self.thaw();
    }
}

/// Tries free ports until `begin` works on one; somebody else may take them in between.
///
/// # Panics
/// When none did within `limit`, with what the last one said.
pub(crate) fn on_a_free_port(
    limit: Duration,
    mut begin: impl FnMut(u16) -> Result<(), String>,
) -> u16 {
    let deadline = Instant::now() + limit;
    loop {
        let port = port::free();
        match begin(port) {
            Ok(()) => return port,
            Err(log) => assert!(Instant::now() < deadline, "no server came up:\n{log}"),
        }
    }
}

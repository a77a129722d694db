//! The shell that owns a server, so that nothing is left behind however the test process ends.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running watchdog: it holds a folder and at most one server, and cleans up when this is dropped
/// or when the process that holds it dies.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Watchdog {
    pub(crate) fn spawn(binaries: &Path) -> Self {
        let mut command = Command::new("sh");
        command
            .args(["-c", include_str!("watchdog.sh"), "watchdog"])
            .arg(binaries)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A signal to the process group of the tests, such as Ctrl-C, is not for us.
            .process_group(0);
        if rustix::process::geteuid().is_root() {
            let (user, group) = unprivileged();
            command.uid(user).gid(group);
        }
        let mut shell = command.spawn().expect("`sh` should run");
        let orders = shell.stdin.take();
        let answers = BufReader::new(shell.stdout.take().expect("stdout is a pipe"));
        let mut watchdog = Self { shell, orders, answers, folder: PathBuf::new() };
        watchdog.folder = PathBuf::from(watchdog.answer());
        watchdog
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sends one order and returns the line that answers it.
    pub(crate) fn order(&mut self, order: &str) -> String {
        let orders = self.orders.as_mut().expect("open until dropped");
        writeln!(orders, "{order}").expect("the watchdog should be there");
        self.answer()
    }

    /// Sends an order that must succeed.
    pub(crate) fn must(&mut self, order: &str) {
        let code = self.order(order);
        let word = order.split(' ').next().unwrap_or_default();
        assert_eq!(code, "0", "`{word}` failed:\n{}", self.log());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line of text");
        assert!(!line.is_empty(), "the watchdog of a server has gone");
        line.trim_end().to_owned()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Nothing can be done about a failure here, and the shell cleans up regardless.
        let _ = self.shell.wait();
    }
}

/// User and group of an account that a server may run as; it refuses to run as root.
fn unprivileged() -> (u32, u32) {
    let number = |option: &str, user: &str| -> Option<u32> {
        let output = Command::new("id").args([option, user]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    ["postgres", "nobody"]
        .iter()
        .find_map(|user| Some((number("-u", user)?, number("-g", user)?)))
        .expect(
            "Postgres does not run as root, and there is neither a `postgres` nor a `nobody` user",
        )
}

//! The examples' programs: built as `cargo run --example` builds them, started, read line by line.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::postgres::{Database, Role};
use crate::wait;

/// What a machine under load may need for one line.
const PATIENCE: Duration = Duration::from_secs(30);

/// All of them.
pub const EXAMPLES: [&str; 4] = ["readme", "trading", "guild_bot", "pairs_bot"];

/// The root of the repository.
///
/// # Panics
/// If this is no package of a workspace.
#[must_use]
pub fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the package is a folder of the workspace")
}

/// The example `name`, with `folder` for its temporary files and nothing else of ours around it.
///
/// # Panics
/// If the examples do not build.
#[must_use]
pub fn example(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(built().join("examples").join(name));
    command.current_dir(folder).env("TMPDIR", folder);
    for variable in
        ["CONFIG_URL", "CONFIG_AUTHOR", "REDIS_URL", "RUST_LOG", "TTL_SECONDS", "WARM_SECONDS"]
    {
        command.env_remove(variable);
    }
    command
}

/// The folder that the examples are built in: beside this program, in its profile.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let this = std::env::current_exe().expect("this program has a path");
        let folder = this.ancestors().nth(2).expect("it is in target/PROFILE/deps");
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--locked"])
            .args(EXAMPLES.iter().flat_map(|name| ["--example", name]))
            .arg("--target-dir")
            .arg(folder.parent().expect("the profile is in a folder"))
            .current_dir(root());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        // What cargo tells this program of its package, build scripts look at: with it, what was built
        // without would be built again.
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_package(name)) {
            build.env_remove(name);
        }
        let status = build.status().expect("cargo runs");
        assert!(status.success(), "the examples do not build");
        folder.to_owned()
    })
}

fn is_of_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// What the example says that is started without arguments, and ends within 15 s.
///
/// # Panics
/// If it does not.
pub fn tour(name: &str, folder: &Path, url: Option<&str>) -> Output {
    let mut command = example(name, folder);
    command.envs(url.map(|url| ("CONFIG_URL", url)));
    let began = Instant::now();
    let output = command.output().expect("the example runs");
    let took = began.elapsed();
    assert!(took < Duration::from_secs(15), "the tour took {took:?}");
    output
}

/// The output of a tour that went well and tells all of `words`, one after the other.
///
/// # Panics
/// If it did not, or does not.
pub fn told(output: &Output, words: &[&str]) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{text}");
    assert_eq!(errors, "");
    let mut rest = text.as_str();
    for words in words {
        let place = rest.find(words);
        let place =
            place.unwrap_or_else(|| panic!("{words:?} is missing, or out of order:\n{text}"));
        rest = &rest[place + words.len()..];
    }
    text
}

/// Somebody who may make tables of their own in `database`, and nothing else.
#[must_use]
pub fn owner(database: &Database) -> Role {
    let owner = database.role("");
    let (name, role) = (database.name(), &owner.name);
    database.psql(&format!(
        "grant create on database {name} to {role}; grant create on schema public to {role};"
    ));
    owner
}

/// What may not be shown of a URL.
#[must_use]
pub fn password(url: &str) -> &str {
    let login = url.split('@').next().unwrap_or(url);
    login.rsplit(':').next().unwrap_or(login)
}

/// A program that runs until it is told to end, and ends with this value at the latest.
#[derive(Debug)]
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    /// Starts it.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the example starts");
        let output = child.stdout.take().expect("its output is ours");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines();
            lines.map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines, seen: Vec::new() }
    }

    /// Reads on to the line that holds `words`.
    ///
    /// # Panics
    /// If no line does in a while.
    pub fn line(&mut self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line
                .unwrap_or_else(|_| panic!("no line says {words:?}:\n{}", self.seen.join("\n")));
            self.seen.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Everything that was read so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.seen.join("\n")
    }

    /// Stops it, so that it does nothing any more.
    ///
    /// # Panics
    /// If it has ended.
    pub fn freeze(&self) {
        kill_process(self.id(), Signal::STOP).expect("it runs");
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// If it has ended.
    pub fn thaw(&self) {
        kill_process(self.id(), Signal::CONT).expect("it runs");
    }

    fn id(&self) -> Pid {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        id.expect("a process has a number")
    }

    /// Presses Ctrl-C.
    ///
    /// # Panics
    /// If it does not end.
    pub fn interrupt(&mut self) -> ExitStatus {
        kill_process(self.id(), Signal::INT).expect("it runs");
        let child = &mut self.child;
        wait::until_sync("the end of the example", PATIENCE, || child.try_wait().ok().flatten())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! What every test has: a program, a store, and somebody who types.

use std::io::Write;
use std::process::{Command, Stdio};

use config_tests::postgres::{Database, Role, Server};
use config_tests::program::{example, owner, password};
use serde_json::Value;
use tempfile::TempDir;

/// A program and its store.
pub(crate) struct Stage {
    name: &'static str,
    pub(crate) folder: TempDir,
    /// The store's URL, if it is not the program's own.
    pub(crate) url: Option<String>,
    _database: Option<(Database, Role)>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `test` on an SQLite file of the program's own, and on Postgres, both with tables.
pub(crate) fn on_both(name: &'static str, test: impl Fn(&Stage)) {
    test(&Stage::sqlite(name).migrated());
    test(&Stage::postgres(name).migrated());
}

impl Stage {
    pub(crate) fn sqlite(name: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { name, folder, url: None, _database: None }
    }

    pub(crate) fn postgres(name: &'static str) -> Self {
        let database = Server::shared().database();
        let owner = owner(&database);
        let url = Some(owner.url.clone());
        Self { url, _database: Some((database, owner)), ..Self::sqlite(name) }
    }

    pub(crate) fn migrated(self) -> Self {
        self.config(&["migrate", "--yes"]).ends(0);
        self
    }

    /// The command, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = example(self.name, self.folder.path());
        command.arg("config").args(arguments);
        command.env("USER", "anna").env_remove("NO_COLOR").stdin(Stdio::null());
        command.envs(self.url.iter().map(|url| ("CONFIG_URL", url)));
        command
    }

    /// What the program says, without anybody to ask.
    pub(crate) fn config(&self, arguments: &[&str]) -> Said {
        self.said(&mut self.command(arguments))
    }

    /// The same with a file on standard input.
    pub(crate) fn piped(&self, arguments: &[&str], text: &str) -> Said {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(text.as_bytes()).expect("it reads");
        drop(input);
        self.checked(&child.wait_with_output().expect("it ends"))
    }

    pub(crate) fn said(&self, command: &mut Command) -> Said {
        self.checked(&command.output().expect("it runs"))
    }

    /// Nothing ever shows the URL's password, or steers a terminal that is not there.
    fn checked(&self, output: &std::process::Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().expect("it was not killed");
        let said = Said { code, out: text(&output.stdout), err: text(&output.stderr) };
        for text in [&said.out, &said.err] {
            assert!(!text.contains('\x1b'), "colour without a terminal: {text:?}");
            if let Some(url) = &self.url {
                assert!(!text.contains(password(url)), "the password is in: {text}");
            }
        }
        said
    }
}

impl Said {
    /// It ended with this code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Its result says all of this.
    #[track_caller]
    pub(crate) fn tells(self, words: &[&str]) -> Self {
        for words in words {
            assert!(self.out.contains(words), "{words:?} is not in:\n{}\n{}", self.out, self.err);
        }
        self
    }

    /// Standard error says all of this.
    #[track_caller]
    pub(crate) fn warns(self, words: &[&str]) -> Self {
        for words in words {
            assert!(self.err.contains(words), "{words:?} is not in:\n{}", self.err);
        }
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

//! Somebody at a terminal is asked before anything is changed.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::stage::Stage;

/// A command at a terminal of its own; its results are read from a pipe.
struct Terminal {
    person: File,
    child: Child,
    seen: String,
}

impl Terminal {
    fn start(stage: &Stage, arguments: &[&str], no_colour: bool) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&person).and_then(|()| unlockpt(&person)).expect("it may be used");
        let name = ptsname(&person, Vec::new()).expect("it has a name");
        let name = name.to_str().expect("a path");
        let open = || OpenOptions::new().read(true).write(true).open(name).expect("it opens");
        let mut command = stage.command(arguments);
        command.stdin(open()).stderr(open()).stdout(Stdio::piped()).env("TERM", "xterm");
        if no_colour {
            command.env("NO_COLOR", "1");
        }
        let child = command.spawn().expect("it starts");
        Self { person: File::from(person), child, seen: String::new() }
    }

    /// Reads on until it says `words`.
    fn read(&mut self, words: &str) {
        let mut bytes = [0; 1024];
        while !self.seen.contains(words) {
            let count = self.person.read(&mut bytes).unwrap_or(0);
            assert!(count > 0, "{words:?} is not said:\n{}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    }

    /// What it came to after this answer: its exit code, and its result.
    fn answer(&mut self, text: &str) -> (Option<i32>, String) {
        self.read("[y/N] ");
        self.person.write_all(text.as_bytes()).expect("it reads");
        let mut out = String::new();
        let mut results = self.child.stdout.take().expect("a pipe");
        results.read_to_string(&mut out).expect("text");
        (self.child.wait().expect("it ends").code(), out)
    }
}

#[test]
fn a_person_sees_the_plan_and_nothing_but_a_yes_makes_the_change() {
    let stage = Stage::sqlite("trading").migrated();
    let set = ["set", "trading.score_threshold=0.8"];
    for answer in ["\n", "n\n", "maybe\n"] {
        let mut terminal = Terminal::start(&stage, &set, true);
        assert_eq!(terminal.answer(answer), (Some(5), String::new()), "{}", terminal.seen);
        assert!(terminal.seen.contains("0.70 (default) → 0.8"), "{}", terminal.seen);
        assert!(!terminal.seen.contains('\x1b'), "colour in spite of NO_COLOR: {}", terminal.seen);
    }
    stage.config(&["history", "trading"]).tells(&["has no row"]);
    let mut terminal = Terminal::start(&stage, &set, false);
    let (code, out) = terminal.answer("y\n");
    assert_eq!(code, Some(0), "{}", terminal.seen);
    assert!(terminal.seen.contains("Make this change?"), "{}", terminal.seen);
    assert!(terminal.seen.contains("\x1b[1mtrading (its first row)"), "{:?}", terminal.seen);
    assert!(out.contains("trading is at version 1") && !out.contains('\x1b'), "{out:?}");
}

#[test]
fn what_others_changed_while_somebody_thought_is_not_overwritten() {
    let stage = Stage::sqlite("trading").migrated();
    let mut terminal = Terminal::start(&stage, &["set", "trading.score_threshold=0.8"], true);
    terminal.read("[y/N] ");
    stage.config(&["set", "trading.score_threshold=0.6", "--author", "ben"]).ends(0);
    let (code, _) = terminal.answer("yes\n");
    assert_eq!(code, Some(4), "{}", terminal.seen);
    assert_eq!(stage.config(&["get", "trading.score_threshold"]).out, "0.6\n");
}

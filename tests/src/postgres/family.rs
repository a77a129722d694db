//! Signals to a server's processes.

use std::fs;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

/// Stops the server and all its children where they are: connections stay open, nobody answers.
pub(crate) fn freeze(server: Pid) {
    send(server, Signal::STOP); // first, so that it makes no more children
    for child in children(server) {
        send(child, Signal::STOP);
    }
}

/// Lets a frozen server go on.
pub(crate) fn thaw(server: Pid) {
    for child in children(server) {
        send(child, Signal::CONT);
    }
    send(server, Signal::CONT);
}

/// Ends the server and all its children at once, as a power cut would.
pub(crate) fn kill(server: Pid) {
    let children = children(server);
    send(server, Signal::KILL);
    for child in children {
        send(child, Signal::KILL);
    }
}

/// Asks the server to roll back what is open, write everything down and end.
pub(super) fn stop(server: Pid) {
    send(server, Signal::INT);
}

fn send(process: Pid, signal: Signal) {
    // A child may have ended since it was listed.
    let _ = kill_process(process, signal);
}

fn children(parent: Pid) -> Vec<Pid> {
    let parent = parent.as_raw_nonzero().get();
    processes()
        .into_iter()
        .filter(|(_, its_parent)| *its_parent == parent)
        .filter_map(|(child, _)| Pid::from_raw(child))
        .collect()
}

/// Every process with its parent: from `/proc`, or from `ps` where there is none.
fn processes() -> Vec<(i32, i32)> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return from_ps();
    };
    entries
        .filter_map(|entry| {
            let stat = fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
            let child = stat.split(' ').next()?.parse().ok()?;
            // The name in parentheses may itself contain spaces and parentheses.
            let (_, after_name) = stat.rsplit_once(") ")?;
            let parent = after_name.split(' ').nth(1)?.parse().ok()?;
            Some((child, parent))
        })
        .collect()
}

fn from_ps() -> Vec<(i32, i32)> {
    let output = Command::new("ps").args(["-axo", "pid=,ppid="]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .collect()
}

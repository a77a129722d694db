//! The machine of a run, and the programs it ran with.

use std::fs;
use std::process::Command;

/// What there is to say of them, each with its name; nothing of what is not there.
pub(crate) fn machine() -> Vec<(String, String)> {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let cores = std::thread::available_parallelism().map(|cores| cores.to_string());
    let facts = [
        ("day", says("date -u +%F")),
        ("revision", says("git describe --always --exclude '*' --dirty")),
        ("processor", entry(&processors, "model name", ':')),
        ("cores", cores.ok()),
        ("memory", entry(&memory, "MemTotal", ':').and_then(|kib| gibibytes(&kib))),
        ("kernel", says("uname -sr")),
        ("distribution", entry(&release, "PRETTY_NAME", '=')),
        ("Rust", says("rustc --version").and_then(|text| version(&text))),
        ("Postgres", says(POSTGRES).and_then(|text| version(&text))),
        ("PgBouncer", says("PATH=$PATH:/usr/sbin; pgbouncer --version").and_then(|t| version(&t))),
        ("Redis", says("redis-server --version").and_then(|text| version(&text))),
    ];
    let known = facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), fact?)));
    known.collect()
}

/// The server that the tests' harness takes: of the path, else the newest of those installed.
const POSTGRES: &str = "postgres --version || $(ls -d /usr/lib/postgresql/*/bin/postgres | sort -rV | head -n 1) --version";

/// The first line that a command of the shell prints.
fn says(command: &str) -> Option<String> {
    let output = Command::new("sh").args(["-c", command]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// What a file of `name: value` has under the name.
fn entry(text: &str, name: &str, between: char) -> Option<String> {
    let mut entries = text.lines().filter_map(|line| line.split_once(between));
    let (_, value) = entries.find(|(key, _)| key.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// `1.95.0` of `rustc 1.95.0 (f2d3ce0bd 2026-03-21)`, `7.0.15` of `Redis server v=7.0.15 sha=…`.
fn version(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().map(|word| word.trim_start_matches("v="));
    words.find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

/// Of `24655404 kB`.
fn gibibytes(text: &str) -> Option<String> {
    let kib: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.1} GiB", kib / 1024.0 / 1024.0))
}

#[test]
fn a_version_is_found_in_what_programs_say_of_themselves() {
    let found = |text| version(text).unwrap_or_default();
    assert_eq!(found("rustc 1.95.0 (f2d3ce0bd 2026-03-21)"), "1.95.0");
    assert_eq!(found("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), "15.18");
    assert_eq!(found("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0"), "7.0.15");
    assert_eq!(found("none"), "");
}

//! How many instructions a read takes, counted by callgrind: the same on every machine, however busy.
//!
//! Prints a table. With `--gate FILE`, fails where a read takes more than the file says.

mod gate;
mod reads;

use std::process::{Command, exit};

use config_benches::Report;

/// Each way is counted with so many reads, and with twice as many; the difference is theirs alone.
const READS: usize = 50_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, name, count] = &*words
        && word == "run"
    {
        return reads::run(name, count.parse().expect("a count"));
    }
    let Some(mut report) = Report::begin("instructions") else {
        return;
    };
    let counted: Vec<_> = reads::NAMES.iter().map(|name| (*name, per_read(name))).collect();
    let row = |(name, count): &(&str, f64)| vec![(*name).to_owned(), format!("{count:.1}")];
    report.table("reads", &["a read", "instructions"], counted.iter().map(row).collect());
    report.end();
    let file = words.iter().skip_while(|word| *word != "--gate").nth(1);
    if let Some(file) = file
        && let Err(rises) = gate::check(file, &counted)
    {
        eprintln!("{rises}");
        exit(1);
    }
}

/// Instructions of one read.
fn per_read(name: &str) -> f64 {
    let [once, twice] = [READS, 2 * READS].map(|count| instructions(name, count));
    (twice - once) as f64 / READS as f64
}

/// Instructions of this program, reading so many times.
fn instructions(name: &str, count: usize) -> u64 {
    let this = std::env::current_exe().expect("this program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["run", name, &count.to_string()])
        .output()
        .expect("valgrind runs: please install it, so that it is on the PATH");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let collected = text.lines().find_map(|line| line.split("Collected :").nth(1));
    collected.and_then(|number| number.trim().parse().ok()).expect("callgrind tells its count")
}

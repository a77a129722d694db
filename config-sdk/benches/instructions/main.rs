//! How many instructions a read takes, counted by callgrind: the same however fast and however busy the
//! machine is, and others with another compiler, architecture or C library.
//!
//! Prints a table, and keeps it for the pages. With `--gate FILE`, keeps nothing, and fails where a read
//! takes more than the file says.

mod gate;
mod reads;

use std::process::{Command, exit};

use config_benches::{Report, median};

/// Each way is counted with so many reads, and with none; what both do besides cancels out, but for a
/// little, because the two are processes that seed their hashes differently.
const READS: usize = 200_000;

/// Hence so many such pairs, of which the middle one counts.
const PAIRS: usize = 5;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, name, count] = &*words
        && word == "run"
    {
        return reads::run(name, count.parse().expect("a count"));
    }
    let mut report = Report::of("instructions");
    let counted: Vec<_> = reads::NAMES.iter().map(|name| (*name, per_read(name))).collect();
    let row = |(name, count): &(&str, f64)| vec![(*name).to_owned(), format!("{count:.1}")];
    report.table("reads", &["a read", "instructions"], counted.iter().map(row).collect());
    let Some(file) = words.iter().skip_while(|word| *word != "--gate").nth(1) else {
        return report.end();
    };
    match gate::check(file, &counted) {
        Ok(falls) => print!("{falls}"),
        Err(rises) => {
            eprintln!("{rises}");
            exit(1);
        }
    }
}

/// Instructions of one read.
fn per_read(name: &str) -> f64 {
    let pair = |_| {
        let [none, all] = [0, READS].map(|count| instructions(name, count) as f64);
        (all - none) / READS as f64
    };
    median((0..PAIRS).map(pair).collect())
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

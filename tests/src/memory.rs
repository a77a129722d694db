//! How much of the machine's memory this process takes.

use std::fs;

/// What it takes now, in bytes; 0 where the system does not say.
#[must_use]
pub fn resident() -> u64 {
    line("VmRSS:")
}

/// The most that it has taken so far, in bytes; 0 where the system does not say.
#[must_use]
pub fn peak() -> u64 {
    line("VmHWM:")
}

fn line(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map_or(0, |kib| kib * 1024)
}

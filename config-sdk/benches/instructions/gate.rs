//! What a read may take at most.

use std::fmt::Write as _;

/// Of a limit: what takes less than this part of it, in whole instructions, would leave room for a rise
/// that nobody sees.
const LOW: f64 = 0.9;

/// Compares what was counted with the lines `COUNT NAME` of `file`; says which of them are too high.
///
/// # Errors
/// What takes more, or is not in the file, and what to do.
pub(crate) fn check(file: &str, counted: &[(&str, f64)]) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let limit = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.trim().split_once(' '));
        lines.find_map(|(count, of)| (of.trim() == name).then(|| count.parse::<f64>().ok())?)
    };
    let (mut rises, mut falls) = (String::new(), String::new());
    for (name, count) in counted {
        match limit(name) {
            Some(limit) if count.ceil() < (LOW * limit).floor() => {
                let low = count.ceil();
                _ = writeln!(falls, "{name} takes less than before: please put {low} into {file}.");
            }
            Some(limit) if *count <= limit => {}
            Some(limit) => _ = writeln!(rises, "{name}: {count:.1} instructions, at most {limit}"),
            None => _ = writeln!(rises, "{name}: {count:.1} instructions, and no limit"),
        }
    }
    if rises.is_empty() {
        return Ok(falls);
    }
    Err(format!("{rises}Take the rise out again, or put the count and its reason into {file}."))
}

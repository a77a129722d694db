//! Dropping the copies whose keys are like a pattern, by looking through them bit by bit.

use std::time::Duration;

use redis::{cmd, pipe};
use tokio::time::{Instant, sleep};

use super::line::{Failure, Line};
use crate::key::{Key, Pattern};
use crate::schema::BlockSchema;

/// How long looking may take, and how long others wait for it; then a new generation begins instead.
const LIMIT: Duration = Duration::from_millis(300);
/// How many names are looked at in one go; the server does nothing else meanwhile.
const BIT: usize = 500;
/// The pause between two looks at whether another process has done it.
const PAUSE: Duration = Duration::from_millis(15);

/// Drops what matches `patterns` by `epoch`; says whether it was done, by this process or another.
///
/// # Errors
/// If the server has no answer.
pub(super) async fn sweep(
    line: &Line,
    state: &str,
    block: &BlockSchema,
    patterns: &[Pattern],
    epoch: u64,
) -> Result<bool, Failure> {
    let end = Instant::now() + LIMIT;
    let broom = format!("{state}:\0sweep"); // no key begins so
    let mut take = cmd("SET");
    take.arg(&broom).arg(epoch).arg("NX").arg("PX").arg(2 * LIMIT.as_millis() as u64);
    let (taken,): (Option<String>,) = line.ask(pipe().add_command(take)).await?;
    if taken.is_none() {
        while Instant::now() < end {
            let (there,): (Option<u64>,) = line.ask(pipe().hget(state, "epoch")).await?;
            if there.is_some_and(|there| there >= epoch) {
                return Ok(true);
            }
            sleep(PAUSE).await;
        }
        return Ok(false);
    }
    let done = look_through(line, state, block, patterns, end).await?;
    line.ask::<(u64,)>(pipe().unlink(&broom)).await?;
    Ok(done)
}

async fn look_through(
    line: &Line,
    state: &str,
    block: &BlockSchema,
    patterns: &[Pattern],
    end: Instant,
) -> Result<bool, Failure> {
    let begin = format!("{state}:");
    let is_meant = |name: &&Vec<u8>| {
        let joined = name.strip_prefix(begin.as_bytes()).map(std::str::from_utf8);
        let Some(Ok(joined)) = joined else { return false };
        let key = Key::of_joined(joined, block.keys.len());
        key.is_ok_and(|key| patterns.iter().any(|pattern| pattern.matches(&key)))
    };
    let mut cursor = 0u64;
    while Instant::now() < end {
        let mut look = cmd("SCAN");
        look.arg(cursor).arg("MATCH").arg(format!("{}*", escaped(&begin))).arg("COUNT").arg(BIT);
        let ((next, names),): ((u64, Vec<Vec<u8>>),) = line.ask(pipe().add_command(look)).await?;
        let meant: Vec<_> = names.iter().filter(is_meant).collect();
        if !meant.is_empty() {
            line.ask::<(u64,)>(pipe().unlink(meant)).await?;
        }
        if next == 0 {
            return Ok(true);
        }
        cursor = next;
    }
    Ok(false)
}

/// `text` as a pattern of the server's that only it is like.
fn escaped(text: &str) -> String {
    let escape = |c: char| "*?[]\\^-".contains(c).then_some('\\').into_iter().chain([c]);
    text.chars().flat_map(escape).collect()
}

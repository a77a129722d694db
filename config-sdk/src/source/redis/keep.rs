//! Putting copies into the tier that were loaded from the store.

use std::time::Duration;

use redis::pipe;

use super::entry::{self, Row};
use super::line::{Failure, Line, call};
use super::names::Names;
use super::tier::Tier;
use crate::key::Key;

/// Copies that were loaded from the store and may be kept.
pub(super) struct Keep {
    /// The name of the block's state that was read before they were loaded.
    pub(super) state: String,
    /// The term that it had.
    pub(super) term: String,
    /// The epoch that they are as of.
    pub(super) epoch: u64,
    /// By key; the shared row by none.
    pub(super) rows: Vec<(Option<Key>, Row)>,
}

/// Puts them there, unless the tier knows better.
///
/// # Errors
/// If it has no answer.
pub(super) async fn keep(tier: &Tier, line: &Line, kept: Keep) -> Result<(), Failure> {
    let state = kept.state;
    let written = kept
        .rows
        .iter()
        .filter_map(|(key, row)| Some((Names::copy(&state, key.as_ref()), entry::written(row)?)));
    let (names, rows): (Vec<_>, Vec<_>) = written.unzip();
    let mut question = call(&tier.scripts.keep, [&state].into_iter().chain(&names));
    question.arg(&kept.term).arg(kept.epoch);
    for row in &rows {
        question.arg(life(tier.ttl)).arg(row);
    }
    line.ask::<(u64,)>(pipe().add_command(question)).await.map(drop)
}

/// How long a copy lives, in milliseconds: so that those that came together do not go together.
fn life(ttl: Duration) -> u64 {
    (ttl.mul_f64(0.9 + fastrand::f64() / 5.0).as_millis() as u64).max(1)
}

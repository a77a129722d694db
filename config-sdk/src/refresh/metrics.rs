//! What is counted and measured, through the `metrics` facade; nothing at all without the feature.
//!
//! Names, labels and meaning are the essay [`docs::metrics`](crate::docs::metrics)'s; a test holds the
//! two together. Every label is from a closed set: block names, and words of this crate.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::event::{Event, Trigger};
use super::report::{Outcome, RefreshReport};
use super::track::Track;
use super::{PushState, Refresher, keyed};
use crate::block::Fault;
use crate::cell::Origin;
use crate::schema::BlockSchema;
use crate::source::SourceError;

pub(super) const ON: bool = cfg!(feature = "metrics");

const SUCCESSFUL: &str = "config_sdk_last_reload_successful";
const SUCCESS: &str = "config_sdk_last_reload_success_timestamp_seconds";
const RELOADS: &str = "config_sdk_reloads_total";
const DURATION: &str = "config_sdk_reload_duration_seconds";
const PROPAGATION: &str = "config_sdk_propagation_seconds";
const APPLIED: &str = "config_sdk_applied_epoch";
const SEEN: &str = "config_sdk_seen_epoch";
const CONNECTED: &str = "config_sdk_listener_connected";
const RECONNECTS: &str = "config_sdk_listener_reconnects_total";
const MISSED: &str = "config_sdk_missed_notifications_total";
const WRITES: &str = "config_sdk_last_good_writes_total";
const STALE: &str = "config_sdk_block_stale_seconds";
const REJECTED: &str = "config_sdk_block_rejected";
const DEFAULTS: &str = "config_sdk_block_defaults_in_use";
const UNKNOWN: &str = "config_sdk_block_unknown_columns";
const FAULTS: &str = "config_sdk_faults_total";
const CLAMPED: &str = "config_sdk_clamped_values_total";

/// First words of the rules that a fault can name; anything else is counted as `other`.
const RULES: [&str; 7] = ["type", "range", "length", "one_of", "check", "validate", "panic"];

/// Describes every metric, and begins what has no label at nought, so that the first rise is seen.
pub(super) fn describe() {
    gauge(SUCCESSFUL, "Whether readers had all that the store holds after the last pass.");
    gauge(SUCCESS, "When a pass last left readers with all that the store holds, by our clock.");
    counter(RELOADS, "Passes, by what made them run and what came of them.");
    histogram(DURATION, "How long a pass took, from asking the store to the published values.");
    histogram(
        PROPAGATION,
        "From a change's time, by the store's clock, to its publishing, by ours.",
    );
    gauge(APPLIED, "The store's epoch that readers have.");
    gauge(SEEN, "The store's epoch as it was last seen, by a pass or by the listener's heartbeat.");
    gauge(CONNECTED, "Whether changes are heard of at once.");
    counter(RECONNECTS, "How often listening works again after it did not.");
    counter(MISSED, "Changes that the listener's heartbeat found and no notification told of.");
    counter(WRITES, "Writes of the last good values to disk, by what came of them.");
    gauge(STALE, "How long ago the store last confirmed a block, as of the last pass.");
    gauge(REJECTED, "Whether the store's row of a block is turned away.");
    gauge(DEFAULTS, "Whether readers of a block have the compiled-in defaults.");
    gauge(UNKNOWN, "Columns in a block's row that are neither fields nor retired.");
    counter(FAULTS, "Faults of rows that were turned away, by the broken rule.");
    counter(CLAMPED, "Values that were brought into their range.");
    keyed::metrics::describe();
    add(RECONNECTS, &[], 0);
    add(MISSED, &[], 0);
}

/// A pass is over, and `refresher` is as it left it.
pub(super) fn pass(
    refresher: &Refresher,
    trigger: Trigger,
    passed: &Result<RefreshReport, SourceError>,
    took: Duration,
) {
    if !ON {
        return;
    }
    let result = passed.as_ref().map_or("failed", RefreshReport::result);
    add(RELOADS, &[("trigger", trigger.word()), ("result", result)], 1);
    measure(DURATION, &[], took);
    // A row that stays turned away is not read again, so the passes after it find nothing wrong.
    let whole = passed.is_ok() && refresher.tracks.iter().all(Track::is_good);
    set(SUCCESSFUL, &[], flag(whole));
    if whole {
        set(SUCCESS, &[], since_1970());
    }
    let epoch = refresher.epoch();
    set(APPLIED, &[], epoch as f64);
    if let Ok(report) = passed {
        seen(epoch);
        if matches!(trigger, Trigger::Push | Trigger::Poll) {
            propagated(refresher, trigger, report);
        }
    }
    refresher.shelves.iter().for_each(|shelved| keyed::metrics::shelf(&*shelved.shelf));
    for (cell, track) in refresher.cells.blocks().iter().zip(&refresher.tracks) {
        let schema = cell.schema();
        let block = [("block", schema.name)];
        set(STALE, &block, track.age().as_secs_f64());
        set(REJECTED, &block, flag(track.refused.is_some()));
        set(DEFAULTS, &block, flag(cell.meta().origin == Origin::Default));
        set(UNKNOWN, &block, unknown_columns(schema, track) as f64);
    }
}

/// The store was seen at `epoch`.
pub(super) fn seen(epoch: u64) {
    set(SEEN, &[], epoch as f64);
}

/// How push stands has changed from `former` to `now`, if it is another.
pub(super) fn push(former: &PushState, now: &PushState) {
    set(CONNECTED, &[], flag(*now == PushState::Push));
    if *now == PushState::Push && !matches!(former, PushState::Push | PushState::None) {
        add(RECONNECTS, &[], 1);
    }
}

/// A change was found that no notification told of.
pub(super) fn missed() {
    add(MISSED, &[], 1);
}

/// Something happened that is told of once.
pub(super) fn event(event: &Event) {
    match event {
        Event::Rejected { block, faults, .. } => {
            for fault in faults {
                add(FAULTS, &[("block", block), ("rule", rule(fault))], 1);
            }
        }
        Event::Clamped { block, .. } => add(CLAMPED, &[("block", block)], 1),
        _ => {}
    }
}

/// The last good values were written to disk, or could not be.
pub(super) fn kept(written: bool) {
    add(WRITES, &[("result", if written { "written" } else { "failed" })], 1);
}

/// Two clocks are compared here: where the store's is ahead of ours, nothing seems to take no time.
fn propagated(refresher: &Refresher, trigger: Trigger, report: &RefreshReport) {
    let changed = report.blocks.iter().filter(|b| matches!(b.outcome, Outcome::Changed { .. }));
    let cells = changed.filter_map(|block| refresher.cells.named(block.name));
    for time in cells.filter_map(|cell| cell.meta().time) {
        let took = time.elapsed().unwrap_or_default();
        measure(PROPAGATION, &[("trigger", trigger.word())], took);
    }
}

fn unknown_columns(schema: &BlockSchema, track: &Track) -> usize {
    let is_known = |column: &str| {
        schema.fields.iter().any(|field| field.column == column) || schema.retired.contains(&column)
    };
    let columns = track.row().into_iter().flat_map(|row| row.columns.keys());
    columns.filter(|column| !is_known(column)).count()
}

fn rule(fault: &Fault) -> &'static str {
    let word = fault.rule.split(' ').next();
    RULES.into_iter().find(|known| Some(*known) == word).unwrap_or("other")
}

fn flag(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

fn since_1970() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

type Labels<'a> = &'a [(&'static str, &'static str)];

#[cfg(feature = "metrics")]
use facade::{add, histogram, measure};
#[cfg(feature = "metrics")]
pub(super) use facade::{count, counter, gauge, set};

#[cfg(feature = "metrics")]
mod facade {
    use std::time::Duration;

    use metrics::Unit;

    use super::Labels;

    pub(in crate::refresh) fn counter(name: &'static str, text: &'static str) {
        metrics::describe_counter!(name, text);
    }

    pub(in crate::refresh) fn gauge(name: &'static str, text: &'static str) {
        if name.ends_with("_seconds") {
            metrics::describe_gauge!(name, Unit::Seconds, text);
        } else {
            metrics::describe_gauge!(name, text);
        }
    }

    pub(super) fn histogram(name: &'static str, text: &'static str) {
        metrics::describe_histogram!(name, Unit::Seconds, text);
    }

    pub(super) fn add(name: &'static str, labels: Labels<'_>, by: u64) {
        metrics::counter!(name, labels).increment(by);
    }

    /// Sets a counter to what was counted elsewhere; it never falls.
    pub(in crate::refresh) fn count(name: &'static str, labels: Labels<'_>, total: u64) {
        metrics::counter!(name, labels).absolute(total);
    }

    pub(in crate::refresh) fn set(name: &'static str, labels: Labels<'_>, value: f64) {
        metrics::gauge!(name, labels).set(value);
    }

    pub(super) fn measure(name: &'static str, labels: Labels<'_>, took: Duration) {
        metrics::histogram!(name, labels).record(took);
    }
}

#[cfg(not(feature = "metrics"))]
use nothing::{add, histogram, measure};
#[cfg(not(feature = "metrics"))]
pub(super) use nothing::{count, counter, gauge, set};

#[cfg(not(feature = "metrics"))]
mod nothing {
    use std::time::Duration;

    use super::Labels;

    pub(in crate::refresh) fn counter(_: &'static str, _: &'static str) {}
    pub(in crate::refresh) fn gauge(_: &'static str, _: &'static str) {}
    pub(super) fn histogram(_: &'static str, _: &'static str) {}
    pub(super) fn add(_: &'static str, _: Labels<'_>, _: u64) {}
    pub(in crate::refresh) fn count(_: &'static str, _: Labels<'_>, _: u64) {}
    pub(in crate::refresh) fn set(_: &'static str, _: Labels<'_>, _: f64) {}
    pub(super) fn measure(_: &'static str, _: Labels<'_>, _: Duration) {}
}

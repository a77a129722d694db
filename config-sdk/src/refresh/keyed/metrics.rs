//! What is counted of keyed blocks, through the `metrics` facade; nothing at all without the feature.

use crate::keyed::AnyShelf;
use crate::refresh::metrics::{ON, count, counter, gauge, set};
use crate::source::{TierState, TierStatus};

const READS: &str = "config_sdk_keyed_reads_total";
const LOADS: &str = "config_sdk_keyed_loads_total";
const LOADED: &str = "config_sdk_keyed_loaded_keys_total";
const STAND_INS: &str = "config_sdk_keyed_stand_ins_total";
const ERRORS: &str = "config_sdk_keyed_errors_total";
const EVICTIONS: &str = "config_sdk_keyed_evictions_total";
const ENTRIES: &str = "config_sdk_keyed_entries";
const BYTES: &str = "config_sdk_keyed_bytes";
const REJECTED: &str = "config_sdk_keyed_rejected";
const FOUND: &str = "config_sdk_tier_reads_total";
const FAILURES: &str = "config_sdk_tier_errors_total";
const USED: &str = "config_sdk_tier_connected";

/// Describes every metric of keyed blocks.
pub(in crate::refresh) fn describe() {
    counter(READS, "Reads of a bounded block, by whether memory had the copy.");
    counter(LOADS, "Questions to the store for copies of a bounded block.");
    counter(LOADED, "Keys that were asked for in them.");
    counter(STAND_INS, "Reads of a bounded block that got a stand-in: nothing came in time.");
    counter(ERRORS, "Loads that failed, and rows of a bounded block that were turned away.");
    counter(EVICTIONS, "Copies of a bounded block that had to leave memory for others.");
    gauge(ENTRIES, "Copies of a keyed block in memory.");
    gauge(BYTES, "Bytes that the copies of a bounded block take.");
    gauge(REJECTED, "Rows of a keyed block that are turned away.");
    counter(FOUND, "Copies that were looked for in the shared tier, by whether they were there.");
    counter(FAILURES, "How often the shared tier failed.");
    gauge(USED, "Whether the shared tier is used.");
}

/// Shows how a block stands.
pub(in crate::refresh) fn shelf(shelf: &dyn AnyShelf) {
    if !ON {
        return;
    }
    let name = shelf.schema().name;
    let block = [("block", name)];
    set(ENTRIES, &block, shelf.len() as f64);
    set(REJECTED, &block, shelf.refusals().first(0).0 as f64);
    let Some(tally) = shelf.bounded().map(|bounded| bounded.tally()) else {
        return;
    };
    count(READS, &[("block", name), ("result", "hit")], tally.hits);
    count(READS, &[("block", name), ("result", "miss")], tally.misses);
    count(LOADS, &block, tally.loads);
    count(LOADED, &block, tally.loaded_keys);
    count(STAND_INS, &block, tally.stand_ins);
    count(ERRORS, &block, tally.errors);
    count(EVICTIONS, &block, tally.evictions);
    set(BYTES, &block, tally.bytes as f64);
}

/// Shows how a shared tier stands, if there is one.
pub(in crate::refresh) fn tier(tier: Option<TierStatus>) {
    let Some(tier) = tier.filter(|_| ON) else {
        return;
    };
    count(FOUND, &[("result", "hit")], tier.hits);
    count(FOUND, &[("result", "miss")], tier.misses);
    count(FAILURES, &[], tier.errors);
    set(USED, &[], if tier.state == TierState::Connected { 1.0 } else { 0.0 });
}

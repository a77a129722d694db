//! What a Postgres store keeps for operators: changes that will be undone by themselves, processes,
//! defaults.

use std::time::Duration;

use super::select::escaped;
use super::text_row::TextRow;
use crate::source::{DefaultText, Expiring, Reported};

/// Asks for what will be undone.
pub(super) const EXPIRING: &str = "select id, note, \
    greatest(extract(epoch from at - clock_timestamp()), 0) as seconds \
    from config_sdk.expiry order by at, id";

/// Asks for what processes say of themselves.
pub(super) const PROCESSES: &str = "select note, \
    greatest(extract(epoch from clock_timestamp() - seen), 0) as seconds \
    from config_sdk.process where until > clock_timestamp() order by name";

/// Longer than anybody means: a hundred years, in seconds.
const EVER: f64 = 3.2e9;

/// Keeps `note` of a process.
pub(super) fn report(process: &str, note: &str, keep: Duration) -> String {
    let (process, note) = (escaped(process), escaped(note));
    format!("select config_sdk.report({process}, {note}, {})", interval(keep))
}

/// `time` as SQL writes it.
pub(super) fn interval(time: Duration) -> String {
    format!("make_interval(secs => {})", time.as_secs_f64().min(EVER))
}

pub(super) fn expiring(answer: &[TextRow]) -> Vec<Expiring> {
    let one = |row: &TextRow| {
        Some(Expiring::new(row.get("id")?.parse().ok()?, seconds(row)?, row.get("note")?))
    };
    answer.iter().filter_map(one).collect()
}

pub(super) fn processes(answer: &[TextRow]) -> Vec<Reported> {
    let one = |row: &TextRow| Some(Reported::new(row.get("note")?, seconds(row)?));
    answer.iter().filter_map(one).collect()
}

fn seconds(row: &TextRow) -> Option<Duration> {
    Duration::try_from_secs_f64(row.get("seconds")?.parse().ok()?).ok()
}

/// Asks for the texts that were noted as defaults.
pub(super) const DEFAULTS: &str =
    "select block, name, value from config_sdk.default_text order by block, name, since";

/// Keeps these defaults, unless somebody else just has.
pub(super) fn note(defaults: &[&DefaultText]) -> String {
    let rows: Vec<_> = (defaults.iter())
        .map(|DefaultText { block, column, text }| {
            format!("({}, {}, {})", escaped(block), escaped(column), escaped(text))
        })
        .collect();
    format!(
        "insert into config_sdk.default_text (block, name, value) values {} on conflict do nothing",
        rows.join(", ")
    )
}

pub(super) fn defaults(answer: &[TextRow]) -> Vec<DefaultText> {
    let one = |row: &TextRow| {
        Some(DefaultText::new(row.get("block")?, row.get("name")?, row.get("value")?))
    };
    answer.iter().filter_map(one).collect()
}

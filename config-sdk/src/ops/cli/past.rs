//! What was: the versions of a row, what lies between two of them, and changes that end.

use std::time::Duration;

use serde_json::json;

use super::clock;
use super::end::{End, Outcome};
use super::page::{Lines, Page};
use super::table::table;
use crate::ops::Operator;

/// The newest changes of a row.
pub(super) async fn history(
    operator: &Operator,
    row: &str,
    limit: usize,
    page: &mut Page,
) -> Outcome {
    let history = operator.history(row, limit).await?;
    let lines = match history.versions.as_slice() {
        [] => {
            Lines::plain(format!("{} has no row, and never had one that is known", history.place))
        }
        versions => versions.iter().fold(Lines::new(), |lines, version| {
            let text = clock::shortened(version.to_string(), version.time);
            let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
            let lines = lines.title(first);
            if rest.is_empty() { lines } else { lines.text(rest) }
        }),
    };
    page.answer(&history, &lines);
    Ok(End::Done)
}

/// In which fields two versions of a row differ.
pub(super) async fn diff(
    operator: &Operator,
    row: &str,
    (from, to): (u64, u64),
    page: &mut Page,
) -> Outcome {
    let fields = operator.diff(row, from, to).await?;
    let lines = match fields.as_slice() {
        [] => Lines::plain("they are the same, but for secrets, whose past is not kept"),
        fields => fields.iter().fold(Lines::new(), |lines, field| lines.text(field)),
    };
    page.answer(&json!({ "row": row, "from": from, "to": to, "fields": fields }), &lines);
    Ok(if fields.is_empty() { End::Done } else { End::Found })
}

/// The changes for a time.
pub(super) async fn expiring(operator: &Operator, page: &mut Page) -> Outcome {
    let changes = operator.expiring().await?;
    let rows = changes.iter().map(|change| {
        let left = match change.left.as_secs() {
            0 => "due".to_owned(),
            seconds => humantime::format_duration(Duration::from_secs(seconds)).to_string(),
        };
        let author = change.author.clone().unwrap_or_default();
        [left, change.paths.join(", "), author, change.reason.clone().unwrap_or_default()]
    });
    let lines = match changes.as_slice() {
        [] => Lines::plain("no change is for a time"),
        _ => table(&["ends in", "fields", "by", "reason"], rows),
    };
    page.answer(&changes, &lines);
    Ok(End::Done)
}

//! The essay on metrics names those there are, and its alerts are alerts.

use std::collections::{BTreeMap, BTreeSet};

use crate::exposition::Exposition;
use crate::life::Life;
use crate::promtool::promtool;

const PAGE: &str = include_str!("../../../config-sdk/src/docs/metrics.md");

/// The metrics' rows of its table: name, kind, labels.
fn rows() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `config_sdk_"));
    rows.map(|row| {
        let cells: Vec<_> = row.split(" | ").collect();
        let name = cells[0].trim_start_matches("| ").trim_matches('`');
        let labels = cells[2].split(", ").filter(|label| *label != "–");
        (name, cells[1], labels.map(|label| label.trim_matches('`')).collect())
    })
    .collect()
}

#[tokio::test]
async fn every_metric_is_documented_and_every_documented_metric_is_there() {
    let life = Life::begin().await;
    life.lead().await;
    let shown = Exposition::of(life.recorder);
    let documented: BTreeMap<_, _> =
        rows().into_iter().map(|(name, kind, _)| (name, kind)).collect();
    assert_eq!(shown.kinds(), documented);
    let labels: BTreeSet<_> = rows()
        .into_iter()
        .flat_map(|(name, _, labels)| labels.into_iter().map(move |label| (name, label)))
        .collect();
    assert_eq!(shown.labels(), labels);
}

#[test]
fn promtool_takes_the_alerts_of_the_essay() {
    let (_, alerts) = PAGE.split_once("```yaml\n").expect("a block of alerts");
    let (alerts, _) = alerts.split_once("```").expect("its end");
    promtool(&["check", "rules", "--lint=all", "--lint-fatal", "/dev/stdin"], alerts);
    let documented: Vec<_> = rows().into_iter().map(|(name, ..)| name).collect();
    for word in alerts.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let is_metric = word.starts_with("config_sdk_");
        let name = word.trim_end_matches("_bucket");
        assert!(!is_metric || documented.contains(&name), "{word} is no metric");
    }
}

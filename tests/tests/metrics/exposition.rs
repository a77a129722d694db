//! A recorder of one test's own, and what an exporter shows of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use config_tests::wait;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

/// Longest wait for what a healthy library does at once, on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// Records what happens on this thread while [`metrics::set_default_local_recorder`] holds.
pub(crate) fn recorder() -> PrometheusRecorder {
    let builder = PrometheusBuilder::new().set_buckets(&[0.001, 0.1, 10.0]).unwrap();
    builder.build_recorder()
}

/// What the exporter shows, as text.
#[derive(Clone, Debug)]
pub(crate) struct Exposition(pub(crate) String);

impl Exposition {
    pub(crate) fn of(recorder: &PrometheusRecorder) -> Self {
        Self(recorder.handle().render())
    }

    /// The value of a sample, written as in the text: `name{label="value"}`.
    pub(crate) fn value(&self, sample: &str) -> Option<f64> {
        let lines = self.0.lines().filter(|line| !line.starts_with('#'));
        let mut samples = lines.filter_map(|line| line.rsplit_once(' '));
        samples.find(|(name, _)| *name == sample)?.1.parse().ok()
    }

    /// The kinds by name.
    pub(crate) fn kinds(&self) -> BTreeMap<&str, &str> {
        let kinds = self.0.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        kinds.filter_map(|kind| kind.split_once(' ')).collect()
    }

    /// The names of metrics, each with the names of its labels.
    pub(crate) fn labels(&self) -> BTreeSet<(&str, &str)> {
        let samples = self.0.lines().filter(|line| !line.starts_with('#'));
        let labelled = samples.filter_map(|line| line.split_once('{'));
        labelled
            .flat_map(|(name, rest)| {
                let (labels, _) = rest.split_once('}').unwrap();
                let names = labels.split(',').filter_map(|label| Some(label.split_once('=')?.0));
                names.filter(|label| *label != "le").map(move |label| (family(name), label))
            })
            .collect()
    }
}

/// Waits until the exporter shows `value` of `sample`.
pub(crate) async fn shown(recorder: &PrometheusRecorder, sample: &str, value: f64) {
    wait::until(sample, SOON, || async {
        let shown = Exposition::of(recorder);
        if shown.value(sample) == Some(value) { Ok(()) } else { Err(shown) }
    })
    .await;
}

/// The metric that a sample of a histogram belongs to.
fn family(sample: &str) -> &str {
    let suffixes = ["_bucket", "_sum", "_count"];
    suffixes.iter().find_map(|suffix| sample.strip_suffix(suffix)).unwrap_or(sample)
}

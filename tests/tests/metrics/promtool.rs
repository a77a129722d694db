//! Prometheus' own tool has nothing to say against the metrics.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::exposition::Exposition;
use crate::life::Life;

#[tokio::test]
async fn promtool_has_no_complaints() {
    let life = Life::begin().await;
    life.lead().await;
    promtool(&["check", "metrics"], &Exposition::of(life.recorder).0);
}

/// Runs `promtool` on `input`, and fails if it finds fault with it.
pub(crate) fn promtool(arguments: &[&str], input: &str) {
    let mut command = Command::new("promtool");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("this test needs `promtool` ({error}): run `scripts/test`, which installs it")
    });
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let complaints = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}{said}\n{input}");
}

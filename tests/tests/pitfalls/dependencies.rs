//! Traps of dependencies: faults of old releases, and what a library does to its users' builds.

use std::path::Path;
use std::process::Command;

/// Features that change how other crates in the same build behave.
const MEDDLING: [(&str, &[&str]); 4] = [
    (
        "serde_json",
        &[
            "arbitrary_precision",
            "preserve_order",
            "float_roundtrip",
            "raw_value",
            "unbounded_depth",
        ],
    ),
    (
        "rust_decimal",
        &["serde-float", "serde-arbitrary-precision", "serde-str", "legacy-ops", "c-repr"],
    ),
    ("chrono", &["clock", "default"]),
    ("tracing", &["log", "log-always", "max_level_off", "release_max_level_off"]),
];

/// arc-swap had ordering fixes up to 1.9.2 and an open report on freed memory (#210).
#[test]
fn arc_swap_is_a_release_with_its_ordering_fixed() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let (_, after) = lock.split_once("name = \"arc-swap\"\nversion = \"").unwrap();
    let version = after.split('"').next().unwrap();
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(numbers >= vec![1, 9, 3], "arc-swap {version}");
}

/// A client library switched on a `serde_json` feature for the whole build of its users
/// (launchdarkly #183).
#[test]
fn no_feature_is_switched_on_that_changes_other_crates() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "-p", "config-sdk", "--all-features", "-e", "normal"])
        .args(["--prefix", "none", "-f", "{p}|{f}"])
        .current_dir(root())
        .output()
        .unwrap();
    let tree = String::from_utf8_lossy(&output.stdout);
    for (name, meddling) in MEDDLING {
        let line = tree.lines().find(|line| line.starts_with(&format!("{name} ")));
        let line = line.unwrap_or_else(|| panic!("{name} is not in the tree:\n{tree}"));
        let (_, features) = line.split_once('|').unwrap();
        let features: Vec<_> = features.trim_end_matches(" (*)").split(',').collect();
        for feature in meddling {
            assert!(!features.contains(feature), "{name} has the feature {feature}");
        }
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

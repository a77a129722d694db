//! The oldest compiler we promise builds every dependency too.

use std::process::Command;

use serde_json::Value;

use crate::{none, root};

#[test]
fn every_dependency_builds_with_the_compiler_we_promise() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let metadata: Value = serde_json::from_slice(&output.stdout).expect(&errors);
    none(&too_new(&metadata, env!("CARGO_PKG_RUST_VERSION")));
}

/// The packages that ask for a newer compiler than `promised`.
fn too_new(metadata: &Value, promised: &str) -> Vec<String> {
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(!packages.is_empty());
    packages
        .iter()
        .filter_map(|package| {
            let (name, needs) = (&package["name"], package["rust_version"].as_str()?);
            (version(needs) > version(promised)).then(|| {
                format!(
                    "{name} needs Rust {needs}, and we promise {promised}; take an older one of it"
                )
            })
        })
        .collect()
}

fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = text.split('.').filter_map(|part| part.parse().ok()).collect();
    numbers.resize(3, 0);
    numbers
}

#[test]
fn a_dependency_that_needs_a_newer_compiler_is_found() {
    let metadata = serde_json::json!({ "packages": [
        { "name": "old", "rust_version": "1.9" },
        { "name": "equal", "rust_version": "1.89.0" },
        { "name": "silent", "rust_version": null },
        { "name": "new", "rust_version": "1.89.1" },
    ]});
    let found = too_new(&metadata, "1.89");
    assert_eq!(found, [r#""new" needs Rust 1.89.1, and we promise 1.89; take an older one of it"#]);
}

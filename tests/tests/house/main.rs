//! The house rules that a machine can check, held against the repository's own text.

mod dependencies;
mod documents;
mod files;
mod messages;
mod rooms;
mod rust;

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is a folder of the workspace")
}

/// Every file below `folder` of the repository with its path from the root and its text; build
/// output, hidden folders and what is not text are left out.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a folder that can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || name == "target" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(root()).expect("below the root");
                files.push((path.to_owned(), text));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "there is nothing in {folder:?}");
    files
}

/// The Rust files among [`files`].
fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = files(folder);
    files.retain(|(path, _)| path.extension().is_some_and(|extension| extension == "rs"));
    files
}

/// Fails with all of `faults`, if there are any.
#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

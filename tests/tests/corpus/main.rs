//! Every input that fuzzing has kept is taken through its target: what was mended once stays so.

use std::fs;
use std::path::{Path, PathBuf};

use config_fuzz::TARGETS;

#[test]
fn no_input_that_was_kept_breaks_a_promise() {
    for (target, body) in TARGETS {
        for input in files(target) {
            println!("{}", input.display()); // the last one is it
            body(&fs::read(input).expect("a file"));
        }
    }
}

#[test]
fn each_target_keeps_some_inputs_and_no_folder_is_without_its_target() {
    for (target, _) in TARGETS {
        let count = files(target).len();
        assert!(
            (5..=100).contains(&count),
            "{target} has {count}: keep those that reach something"
        );
    }
    let folders = fs::read_dir(corpus()).expect("a folder").map(|entry| entry.expect("a folder"));
    let folders = folders.map(|entry| entry.file_name().into_string().expect("text"));
    let mut folders: Vec<_> = folders.filter(|name| !name.starts_with('.')).collect();
    folders.sort();
    assert_eq!(folders, TARGETS.map(|(target, _)| target));
}

fn files(target: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus().join(target)).expect("a folder of inputs");
    entries.map(|entry| entry.expect("a file").path()).collect()
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

//! Files stay short and say what they are for.

use std::path::Path;

use crate::{none, rust_files};

const LONGEST: usize = 300;

#[test]
fn no_file_grows_past_300_lines() {
    let files = rust_files("");
    none(&files.iter().filter_map(|(path, text)| too_long(path, text)).collect::<Vec<_>>());
}

#[test]
fn every_file_opens_with_a_sentence_that_says_what_it_is_for() {
    let files = rust_files("");
    none(&files.iter().filter_map(|(path, text)| without_opening(path, text)).collect::<Vec<_>>());
}

fn too_long(path: &Path, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let path = path.display();
    (lines > LONGEST)
        .then(|| format!("{path} has {lines} lines; make it two files of at most {LONGEST}"))
}

fn without_opening(path: &Path, text: &str) -> Option<String> {
    // The compiler's output beside these files counts their lines.
    if path.iter().any(|folder| folder == "ui") {
        return None;
    }
    let opening = text.lines().map_while(|line| line.strip_prefix("//! "));
    let path = path.display();
    (!opening.last().is_some_and(|line| line.trim_end().ends_with(['.', ':'])))
        .then(|| format!("{path} does not open with a `//!` sentence that ends in a full stop"))
}

#[test]
fn a_file_that_is_too_long_is_found() {
    let path = Path::new("src/long.rs");
    assert_eq!(too_long(path, &"\n".repeat(300)), None);
    assert!(too_long(path, &"\n".repeat(301)).unwrap().starts_with("src/long.rs has 301 lines"));
}

#[test]
fn a_file_without_an_opening_sentence_is_found() {
    let path = Path::new("src/mute.rs");
    for text in ["//! Says.\n", "//! Says\n//! more.\n\nuse a;", "//! Says.\n//!\n//! And explains"]
    {
        assert_eq!(without_opening(path, text), None, "{text}");
    }
    for text in ["", "use a;\n//! Says.", "// Says.", "//! Says", "\n//! Says.", "//!\n//! Says."] {
        assert!(without_opening(path, text).is_some(), "{text}");
    }
    assert_eq!(without_opening(Path::new("tests/ui/case.rs"), ""), None);
}

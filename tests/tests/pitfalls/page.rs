//! The page of traps and the tests that hold them name the same tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::dependencies::root;

#[test]
fn every_test_that_the_page_names_exists() {
    let missing: Vec<_> = named().difference(&functions(root())).cloned().collect();
    assert!(missing.is_empty(), "the page names {missing:?}");
}

#[test]
fn every_test_of_a_trap_is_on_the_page() {
    let here = tests(&root().join("tests/tests/pitfalls"));
    let forgotten: Vec<_> = here.difference(&named()).cloned().collect();
    assert!(forgotten.is_empty(), "the page does not name {forgotten:?}");
}

/// The tests on the page: words in backticks with three underscores or more.
fn named() -> BTreeSet<String> {
    let page = fs::read_to_string(root().join("config-sdk/src/docs/pitfalls.md")).unwrap();
    let words = page.split('`').skip(1).step_by(2);
    let is_test = |word: &&str| {
        word.matches('_').count() > 2
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    words.filter(is_test).map(str::to_owned).collect()
}

/// The names of all functions below `folder`.
fn functions(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in rust_files(folder) {
        found.extend(text.split("fn ").skip(1).map(name));
    }
    found
}

/// The names of all tests below `folder`.
fn tests(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in rust_files(folder) {
        let tests = text.split("\n#[tokio::test").skip(1);
        let tests = tests.chain(text.split("\n#[test]").skip(1));
        found.extend(tests.filter_map(|after| Some(name(after.split_once("fn ")?.1))));
    }
    let about_the_page =
        ["every_test_that_the_page_names_exists", "every_test_of_a_trap_is_on_the_page"];
    found.retain(|name| !about_the_page.contains(&name.as_str()));
    found
}

fn name(after: &str) -> String {
    let is_part = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    after.chars().take_while(is_part).collect()
}

fn rust_files(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            texts.extend(rust_files(&path));
        } else if name.ends_with(".rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}

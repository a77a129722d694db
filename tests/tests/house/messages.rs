//! Every error message of the library is seen by a test.

use crate::rust::{Piece, pieces};
use crate::{files, none, rust_files};

/// A shorter stretch of words would be found anywhere.
const SHORTEST: usize = 12;

#[test]
fn every_error_message_is_seen_by_a_test() {
    let library = rust_files("config-sdk/src");
    let mut seen = String::new();
    for (_, text) in files("tests").iter().chain(&files("examples")) {
        seen.push_str(&plain(text));
    }
    for (path, text) in &library {
        let is_test = path.iter().any(|part| part == "tests" || part == "tests.rs");
        seen.push_str(&plain(&if is_test { text.clone() } else { tested(text) }));
    }
    let mut faults = Vec::new();
    for (path, text) in &library {
        for message in messages(text) {
            if let Some(words) = unseen(message, &seen) {
                faults.push(format!("{}: no test sees {words:?}", path.display()));
            }
        }
    }
    none(&faults);
}

/// The texts of `#[error("…")]`, as they are written.
fn messages(text: &str) -> Vec<&str> {
    let mut messages = Vec::new();
    let mut before = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Code(code) => before.extend(code.chars().filter(|c| !c.is_whitespace())),
            Piece::Comment(_) => {}
            Piece::Literal(message) => {
                if before.ends_with("#[error(") {
                    messages.push(message);
                }
                before.push('"');
            }
        }
    }
    messages
}

/// What of a library file a test runs: documentation, and everything after the first `#[cfg(test)]`.
fn tested(text: &str) -> String {
    let (_, tests) = text.split_once("#[cfg(test)]").unwrap_or_default();
    let mut tested = tests.to_owned();
    for piece in pieces(text) {
        if let Piece::Comment(comment) = piece {
            tested.push('\n');
            tested.push_str(comment);
        }
    }
    tested
}

/// The words to look for in a message, if they are not in `seen`.
fn unseen(message: &str, seen: &str) -> Option<String> {
    let words = longest_words(&plain(message));
    (words.len() >= SHORTEST && !seen.contains(&words)).then_some(words)
}

/// The longest stretch of a format string between its placeholders.
fn longest_words(message: &str) -> String {
    let message = message.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let words = message.split('{').enumerate().map(|(number, part)| {
        let after = part.split_once('}').map_or("", |(_, after)| after);
        if number == 0 { part } else { after }
    });
    let longest = words
        .map(|words| {
            words.trim_matches(|c: char| !c.is_alphanumeric() && !"{\u{1}\u{2}}".contains(c))
        })
        .max_by_key(|words| words.len());
    let longest = longest.unwrap_or_default();
    longest.replace('\u{1}', "{").replace('\u{2}', "}")
}

/// Literal text as it reads: escaped quotes, broken lines and runs of spaces made plain.
fn plain(text: &str) -> String {
    let text = text.replace("\\\"", "\"").replace("\\\n", " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_message_that_no_test_sees_is_found() {
    let text = r#"
        #[derive(thiserror::Error)]
        enum Error {
            #[error("the store at {url} says \"go away\" and \
                     closes")]
            Refused { url: String },
            // #[error("this one is only a comment")]
            #[error(
                "{0} has a field that {{nobody}} knows"
            )]
            Unknown(String),
            #[error(transparent)]
            Other(#[from] Faults),
            #[error("{0}: bad")]
            Short(String),
        }"#;
    let found = messages(text);
    assert_eq!(found.len(), 3);
    let all: Vec<_> = found.iter().filter_map(|message| unseen(message, "")).collect();
    assert_eq!(all, ["says \"go away\" and closes", "has a field that {nobody} knows"]);
    let seen = plain("assert_eq!(error, \"at x says \\\"go away\\\" and closes\");");
    assert_eq!(unseen(found[0], &seen), None);
    assert!(unseen(found[1], &seen).is_some());
}

#[test]
fn a_library_file_sees_its_messages_only_in_documentation_and_tests() {
    let text = "/// Says one thing.\n#[error(\"another\")] fn f() {}\n#[cfg(test)] mod t { third }";
    let tested = tested(text);
    assert!(tested.contains("one thing") && tested.contains("third"));
    assert!(!tested.contains("another"));
}

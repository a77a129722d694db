//! The README's program: the text that is printed there, and what it does.

use std::fs;

use config_tests::program::{Running, example, root};

#[test]
fn the_readme_shows_the_program_that_is_run_here() {
    let program = fs::read_to_string(root().join("examples/readme.rs")).unwrap();
    let (_, program) = program.split_once("\n\n").expect("an opening sentence");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let shown = readme.split_once("```rust\n").and_then(|(_, rest)| rest.split_once("```"));
    let (shown, _) = shown.expect("the README shows a program");
    assert_eq!(shown, program, "README.md and examples/readme.rs differ");
    assert!(program.lines().count() <= 25, "the shortest program has become longer");
}

#[test]
fn the_program_of_the_readme_prints_a_value_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Running::start(example("readme", folder.path()));
    program.line("score_threshold is 0.70");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let typed = readme.lines().filter_map(|line| line.strip_prefix("sqlite3 config.db \""));
    let typed: Vec<_> = typed.filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    assert_eq!(typed.len(), 3, "the README says what to type");
    let connection = rusqlite::Connection::open(folder.path().join("config.db")).unwrap();
    connection.execute(typed[0], []).unwrap();
    program.line("score_threshold is 0.8 now");
    connection.execute(typed[1], []).unwrap();
    program.line("score_threshold is 0.9 now");
    let refusal = connection.execute(typed[2], []).unwrap_err();
    assert!(
        refusal.to_string().contains("trading.score_threshold must be within 0..=1"),
        "{refusal}"
    );
}

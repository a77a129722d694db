//! What the README tells an operator to type, typed.

use config_tests::program::{Running, example, root};

use crate::stage::Stage;

#[test]
fn the_commands_of_the_readme_do_what_it_says() {
    let stage = Stage::sqlite("trading");
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let mut serve = example("trading", stage.folder.path());
    serve.arg("serve");
    let mut serve = Running::start(serve);
    serve.line("push works");
    let prefix = "cargo run --example trading -- config ";
    let typed: Vec<_> = readme.lines().filter_map(|line| line.strip_prefix(prefix)).collect();
    assert!(typed.len() >= 6, "{typed:?}");
    let is_there = || stage.config(&["status", "--fleet"]).out.contains("ready").then_some(());
    let patience = std::time::Duration::from_secs(20);
    config_tests::wait::until_sync("the bot's report", patience, is_there);
    for line in typed {
        let words = words(line);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let said = stage.config(&words).ends(0);
        if words.contains(&"--wait") {
            said.tells(&["1 process has it"]);
        }
    }
    serve.line("score_threshold is 0.8");
    serve.line("score_threshold is 0.75");
    serve.line("score_threshold is 0.8");
    assert_eq!(stage.config(&["get", "trading.score_threshold"]).out, "0.8\n");
}

/// What a shell makes of a line with words in double quotes, and a remark.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap_or(line);
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(number, part)| match number % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

//! What a shell gets: help, completions, a manual page, colour for terminals alone.

use config_tests::program::root;

use crate::stage::Stage;

#[test]
fn help_says_every_command_and_every_exit_code() {
    let stage = Stage::sqlite("trading");
    let words = [
        "list",
        "get",
        "set",
        "unset",
        "explain",
        "diff",
        "history",
        "rollback",
        "draft",
        "expiring",
        "apply",
        "export",
        "refresh",
        "watch",
        "status",
        "check",
        "schema",
        "migrate",
        "cache",
        "completions",
        "man",
    ];
    let help = stage.config(&["--help"]).ends(0);
    for word in words {
        assert!(help.out.contains(&format!("\n  {word} ")), "{word} is not in:\n{}", help.out);
    }
    let essay = root().join("config-sdk/src/docs/operating.md");
    let essay = std::fs::read_to_string(essay).expect("the essay");
    for word in words {
        assert!(essay.contains(&format!("`{word}")), "the essay does not tell of {word}");
    }
    for code in help.out.lines().skip_while(|line| !line.starts_with("Exit codes")).skip(1) {
        let (code, meaning) = code.trim().split_once("  ").expect("a code and what it means");
        let row = format!("| {code} | {meaning}");
        assert!(essay.contains(&row), "the essay does not say: {row}");
    }
    help.tells(&[
        "0  done",
        "1  ",
        "2  ",
        "3  ",
        "4  ",
        "5  ",
        "6  ",
        "--url",
        "--json",
        "CONFIG_URL",
    ]);
    stage.config(&["set", "--help"]).ends(0).tells(&["--stdin", "--for", "--expect-version"]);
    let told = ["needed without a terminal for what is hard to take back"];
    stage.config(&["rollback", "--help"]).ends(0).tells(&told);
    let told = ["overwrites what was changed since"];
    stage.config(&["draft", "activate", "--help"]).ends(0).tells(&told);
    stage.config(&[]).ends(2);
    stage.config(&["lits"]).ends(2).warns(&["list"]);
    stage.config(&["get"]).ends(2);
}

#[test]
fn completions_and_the_manual_page_know_the_program_and_its_commands() {
    let stage = Stage::sqlite("trading");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        stage.config(&["completions", shell]).ends(0).tells(&["trading", "rollback"]);
    }
    let told = [".TH", "trading config set", "trading config draft activate", "Exit codes"];
    stage.config(&["man"]).ends(0).tells(&told);
}

//! Secrets come by standard input or a variable, and never come out again.

use crate::stage::on_both;

const PATH: &str = "api.helius_api_key";

#[test]
fn a_secret_comes_by_input_or_variable_and_is_in_no_output() {
    on_both("trading", |stage| {
        let mut said = vec![stage.piped(&["set", PATH, "--stdin"], "hunter2\n").ends(0)];
        let mut by_variable = stage.command(&["set", PATH, "--env", "HELIUS", "--json"]);
        said.push(stage.said(by_variable.env("HELIUS", "hunter3")).ends(0));
        for look in [
            &["list"][..],
            &["list", "api"],
            &["list", "api", "--json"],
            &["get", PATH],
            &["get", "api", "--json"],
            &["explain", PATH],
            &["history", "api"],
            &["history", "api", "--json"],
            &["diff", "api", "1", "2"],
            &["export"],
            &["export", "--format", "json"],
            &["check"],
            &["status", "--json"],
            &["rollback", "api", "1", "--yes"],
            &["set", "api.api_retry_count=99"],
        ] {
            said.push(stage.config(look));
        }
        for said in said {
            let text = format!("{}{}", said.out, said.err);
            assert!(!text.contains("hunter"), "{text}");
        }
        assert_eq!(stage.config(&["get", PATH]).out, "[redacted]\n");
        let told = ["what api.helius_api_key was before is not kept"];
        let said = stage.piped(&["set", PATH, "--stdin"], "another").ends(0).tells(&told);
        assert!(!said.out.contains("rollback"), "{}", said.out);
        let said = stage.piped(&["set", PATH, "--stdin"], "\n").ends(2);
        said.warns(&["the value is empty: use `unset api.helius_api_key` to take it away"]);
        let mut empty = stage.command(&["set", PATH, "--env", "HELIUS"]);
        stage.said(empty.env("HELIUS", "")).ends(2).warns(&["the value is empty"]);
        assert_eq!(stage.config(&["get", PATH]).out, "[redacted]\n");
        stage.config(&["unset", PATH]).ends(0);
        let told = ["secret", "never shown; `trading config set api.helius_api_key --stdin`"];
        stage.config(&["explain", PATH]).ends(0).tells(&told);
        let list = stage.config(&["list", "api"]).ends(0).out;
        let line = list.lines().find(|line| line.starts_with("helius_api_key")).expect("its line");
        assert!(line.contains("none") && line.contains("(secret)"), "{line}");
        assert_eq!(stage.config(&["get", PATH]).out, "none\n");
    });
}

#[test]
fn a_secret_on_the_command_line_is_refused_before_the_store_is_asked() {
    on_both("trading", |stage| {
        let given = format!("{PATH}=hunter2");
        for arguments in [
            &["set", &given][..],
            &["set", &given, "--json"],
            &["set", "trading.score_threshold=0.8", &given],
            &["set", "trading.score_threshold=0.8", &given, "--dry-run"],
        ] {
            let said = stage.config(arguments).ends(2);
            let said = said.warns(&["is a secret", "--stdin", "--env VARIABLE"]);
            assert!(!format!("{}{}", said.out, said.err).contains("hunter2"), "{said:?}");
        }
        stage.config(&["history", "api"]).tells(&["has no row"]);
        stage.config(&["history", "trading"]).tells(&["has no row"]);
        // What is typed without a path is not repeated either.
        let said = stage.config(&["set", "hunter2"]).ends(2);
        let said = said.warns(&["argument 1 of `set`: there is no `=` in it: write PATH=VALUE"]);
        assert!(!said.err.contains("hunter2"), "{}", said.err);
    });
}

#[test]
fn a_value_by_input_is_for_one_path_and_loses_no_more_than_its_last_line_end() {
    on_both("trading", |stage| {
        let said = stage.piped(&["set", PATH, "trading.score_threshold", "--stdin"], "1").ends(2);
        said.warns(&["name one PATH, without `=`"]);
        let given = format!("{PATH}=hunter2");
        let said = stage.piped(&["set", &given, "--stdin"], "hunter3").ends(2);
        let said = said.warns(&["leave out what follows `api.helius_api_key`"]);
        assert!(!said.err.contains("hunter"), "{}", said.err);
        stage.piped(&["set", "trading.score_threshold", "--stdin"], "0.8\r\n").ends(0);
        assert_eq!(stage.config(&["get", "trading.score_threshold"]).out, "0.8\n");
        let said = stage.config(&["set", PATH, "--env", "NOT_THERE_AT_ALL"]).ends(2);
        said.warns(&["the environment variable NOT_THERE_AT_ALL is not set"]);
    });
}

#[test]
fn the_password_of_a_url_is_in_no_help_and_no_error() {
    let stage = crate::stage::Stage::sqlite("trading");
    for url in [
        "postgres://anna:hunter2@127.0.0.1:1/shop",
        "postgres:/hunter2",
        "redis://:hunter2@cache",
        "hunter2",
    ] {
        for arguments in [
            &["--help"][..],
            &["list"],
            &["status"],
            &["set", "trading.score_threshold=0.8", "--json"],
            &["migrate", "--yes"],
            &["schema"],
        ] {
            let by_variable = stage.said(stage.command(arguments).env("CONFIG_URL", url));
            let by_option = stage.config(&[arguments, &["--url", url]].concat());
            for said in [by_variable, by_option] {
                let text = format!("{}{}", said.out, said.err);
                assert!(!text.contains("hunter2"), "{arguments:?} {url}: {text}");
            }
        }
    }
}

//! Changes: shown first, made as a whole or not at all, and taken back.

use crate::stage::on_both;

const THRESHOLD: &str = "trading.score_threshold";

#[test]
fn a_change_is_shown_made_explained_and_taken_back_by_what_it_says() {
    on_both("trading", |stage| {
        let set =
            ["set", "trading.score_threshold=0.8", "risk.max_order_attempts=4", "-r", "calmer"];
        let said = stage.config(&set).ends(0);
        let said =
            said.warns(&["trading (its first row)", "score_threshold: 0.70 (default) → 0.8"]);
        said.tells(&["trading is at version 1", "risk is at version 1"])
            .tells(&["to take it back: trading config rollback trading 0\n"]);
        assert_eq!(stage.config(&["get", THRESHOLD]).ends(0).out, "0.8\n");
        let told = ["0.8", "by anna", "calmer", "default      0.70", "range 0..=1"];
        stage.config(&["explain", THRESHOLD]).ends(0).tells(&told);
        let told =
            ["version 1, active", "by anna", ": calmer", "score_threshold: 0.70 (default) → 0.8"];
        stage.config(&["history", "trading"]).ends(0).tells(&told);

        stage.config(&["rollback", "trading", "0", "--yes"]).ends(0).tells(&["at version 2"]);
        assert_eq!(stage.config(&["get", THRESHOLD]).ends(0).out, "0.70\n");
        let told = ["score_threshold: 0.8 → 0.70 (default)"];
        stage.config(&["diff", "trading", "1", "2"]).ends(6).tells(&told);
        stage.config(&["diff", "trading", "0", "2"]).ends(0).tells(&["they are the same"]);
        assert_eq!(stage.config(&["get", "risk.max_order_attempts"]).ends(0).out, "4\n");
    });
}

#[test]
fn what_breaks_a_rule_is_turned_away_with_all_faults_and_nothing_is_written() {
    on_both("trading", |stage| {
        let set =
            ["set", "trading.score_threshold=7", "risk.max_order_attempts=4", "scoring.nonsense=1"];
        let said = stage.config(&set[..3]).ends(3);
        said.warns(&[
            "trading.score_threshold = 7: must be within 0..=1",
            "high_conviction_threshold",
        ]);
        let said = stage.config(&set).ends(2);
        said.warns(&["block `scoring` has no field `nonsense`"]);
        stage.config(&["set", "trading.score_threshold=7", "--dry-run"]).ends(3);
        stage
            .config(&["set", "trading.score_treshold=1"])
            .ends(2)
            .warns(&["did you mean `score_threshold`?"]);
        stage.config(&["history", "risk"]).ends(0).tells(&["has no row"]);
        let refused = stage.config(&[&set[..3], &["--json"]].concat()).ends(3).json();
        assert_eq!(refused["error"]["kind"], "rejected");
        assert_eq!(refused["error"]["faults"][0]["block"], "trading");
    });
}

#[test]
fn a_dry_run_and_what_is_so_already_change_nothing() {
    on_both("trading", |stage| {
        let set = ["set", "trading.score_threshold=0.8"];
        let dry = stage.config(&[&set[..], &["-n"]].concat()).ends(0);
        dry.tells(&["0.70 (default) → 0.8", "this was a dry run"]);
        stage.config(&["history", "trading"]).ends(0).tells(&["has no row"]);
        stage.config(&set).ends(0);
        stage.config(&set).ends(0).tells(&["it is so already"]);
        let two = [&set[..], &["risk.max_order_attempts=4"]].concat();
        let said = stage.config(&two).ends(0).tells(&["risk is at version 1"]);
        assert!(!said.out.contains("trading is at version"), "{}", said.out);
        let again = stage.config(&[&set[..], &["--json"]].concat()).ends(0).json();
        assert_eq!(again["is_change"], false);
    });
}

#[test]
fn who_expected_another_version_is_told_who_was_faster() {
    on_both("trading", |stage| {
        stage
            .config(&["set", "trading.score_threshold=0.8", "--author", "ben", "-r", "mine"])
            .ends(0);
        let late = ["set", "trading.score_threshold=0.6", "--expect-version", "0"];
        let said = stage.config(&late).ends(4);
        said.warns(&["trading is at version 1 now", "by ben", "(mine)"]);
        let told = stage.config(&[&late[..], &["--json"]].concat()).ends(4).json();
        assert_eq!(told["error"]["kind"], "conflict");
        assert_eq!(told["error"]["conflicts"][0]["version"], 1);
        let two = ["set", "trading.score_threshold=0.6", "risk.max_order_attempts=4"];
        let said = stage.config(&[&two[..], &["--expect-version", "1"]].concat()).ends(2);
        said.warns(&["change one row at a time"]);
        stage.config(&["set", "trading.score_threshold=0.6", "--expect-version", "1"]).ends(0);
    });
}

#[test]
fn the_author_is_who_says_so_else_who_is_logged_in_else_whom_the_store_knows() {
    on_both("trading", |stage| {
        let set = |value: &str| format!("trading.score_threshold={value}");
        let mut named = stage.command(&["set", &set("0.5")]);
        stage.said(named.env("CONFIG_AUTHOR", "carol")).ends(0);
        let mut both = stage.command(&["set", &set("0.6"), "--author", "dora"]);
        stage.said(both.env("CONFIG_AUTHOR", "carol")).ends(0);
        let mut nobody = stage.command(&["set", &set("0.8")]);
        stage.said(nobody.env_remove("USER").env_remove("LOGNAME")).ends(0);
        let history = stage.config(&["history", "trading", "--json"]).ends(0).json();
        let author = |index: usize| history["versions"][index]["author"].clone();
        assert_eq!((author(2), author(1)), ("carol".into(), "dora".into()));
        assert!(author(0).as_str().is_some_and(|name| !["", "anna"].contains(&name)), "{history}");
    });
}

#[test]
fn without_a_terminal_only_what_is_hard_to_take_back_needs_a_yes() {
    on_both("trading", |stage| {
        stage.config(&["set", "trading.score_threshold=0.8"]).ends(0);
        for dangerous in [&["rollback", "trading", "0"][..], &["unset", "trading"]] {
            let said = stage.config(dangerous).ends(5);
            said.warns(&["it was not confirmed; `--yes` confirms it", "0.8 → 0.70 (default)"]);
        }
        assert_eq!(stage.config(&["get", THRESHOLD]).out, "0.8\n");
        stage.config(&["unset", THRESHOLD]).ends(0).tells(&["at version 2"]);
        stage.config(&["set", "trading.max_concurrent_positions=7", "--unset", "risk"]).ends(5);
        stage.config(&["unset", "trading", "--yes"]).ends(0).tells(&["it is so already"]);
    });
}

#[test]
fn a_change_for_a_time_is_listed_until_it_ends() {
    on_both("trading", |stage| {
        stage.config(&["expiring"]).ends(0).tells(&["no change is for a time"]);
        let set = ["set", "trading.score_threshold=0.8", "--for", "2h", "-r", "a test"];
        let said = stage.config(&set).ends(0).tells(&["goes back by itself in 2h"]);
        said.warns(&["no process reports itself: one that runs with this store has to be there"]);
        stage.config(&["expiring"]).ends(0).tells(&[THRESHOLD, "anna", "a test", "1h 59m"]);
        let told = stage.config(&["expiring", "--json"]).ends(0).json();
        assert_eq!(told[0]["paths"][0], THRESHOLD);
        let told = stage.config(&["explain", THRESHOLD]).ends(0);
        told.tells(&["pending", "goes back to what it was in 1h 59m"]);
        stage.config(&["set", "trading.score_threshold=0.8", "--for", "soon"]).ends(2);
        let secret = ["set", "api.helius_api_key", "--stdin", "--for", "2h"];
        stage.piped(&secret, "hunter2").ends(2).warns(&["for good, without `--for`"]);
    });
}

#[test]
fn a_change_in_json_has_the_plan_what_was_applied_and_how_to_take_it_back() {
    on_both("trading", |stage| {
        let told = stage.config(&["set", "trading.score_threshold=0.8", "--json"]).ends(0).json();
        assert_eq!(told["plan"]["rows"][0]["fields"][0]["to"]["value"], "0.8");
        assert_eq!(told["applied"]["rows"][0]["version"], 1);
        assert!(told["applied"]["epoch"].as_u64().is_some_and(|epoch| epoch > 0), "{told}");
        assert_eq!(told["take_back"][0], "trading config rollback trading 0");
    });
}

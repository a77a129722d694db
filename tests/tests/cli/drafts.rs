//! Drafts: saved, looked at, activated together, discarded.

use crate::stage::on_both;

#[test]
fn a_draft_is_read_by_nobody_until_it_is_activated() {
    on_both("trading", |stage| {
        let set = ["set", "trading.score_threshold=0.8", "--draft", "-r", "for monday"];
        let saved = stage.config(&[&set[..], &["--json"]].concat()).ends(0).json();
        let draft = saved["drafts"][0].as_str().expect("a name").to_owned();
        assert!(draft.starts_with("trading@"), "{saved}");
        assert_eq!(stage.config(&["get", "trading.score_threshold"]).out, "0.70\n");
        stage.config(&["draft", "list"]).ends(0).tells(&[&draft, "anna", "for monday"]);
        let told = [draft.as_str(), "score_threshold: 0.70 (default) → 0.8"];
        stage.config(&["draft", "show", &draft]).ends(0).tells(&told);
        stage.config(&["draft", "activate", &draft, "-n"]).ends(0).tells(&["dry run"]);
        stage.config(&["draft", "activate", &draft]).ends(0).tells(&["trading is at version"]);
        assert_eq!(stage.config(&["get", "trading.score_threshold"]).out, "0.8\n");
        stage.config(&["draft", "list"]).ends(0).tells(&["there is no draft"]);
        let said = stage.config(&["draft", "show", &draft]).ends(2);
        said.warns(&["there is no draft trading@", "there are: none"]);
    });
}

#[test]
fn a_draft_that_was_overtaken_is_a_conflict_unless_that_is_wanted() {
    on_both("trading", |stage| {
        let set = |value: &str, more: &[&str]| {
            let value = format!("trading.score_threshold={value}");
            stage.config(&[&["set", &value][..], more].concat()).ends(0)
        };
        set("0.8", &[]);
        let saved = set("0.6", &["--draft", "--json"]).json();
        let draft = saved["drafts"][0].as_str().expect("a name").to_owned();
        set("0.75", &[]);
        let said = stage.config(&["draft", "show", &draft]).ends(0);
        said.tells(&["it was overtaken"]);
        let said = stage.config(&["draft", "activate", &draft]).ends(4);
        said.warns(&["which is newer than draft"]);
        stage.config(&["draft", "activate", &draft, "--even-if-newer"]).ends(0);
        assert_eq!(stage.config(&["get", "trading.score_threshold"]).out, "0.6\n");
    });
}

#[test]
fn drafts_are_discarded_only_when_that_is_confirmed() {
    on_both("trading", |stage| {
        stage.config(&["set", "trading.score_threshold=0.8", "--draft"]).ends(0);
        let list = stage.config(&["draft", "list", "--json"]).ends(0).json();
        let draft = format!("trading@{}", list[0]["version"]);
        stage.config(&["draft", "discard", &draft]).ends(5);
        stage.config(&["draft", "discard", &draft, "--yes"]).ends(0).tells(&["deleted trading@"]);
        stage.config(&["draft", "discard", &draft, "--yes"]).ends(2).warns(&["it has none"]);
        stage
            .config(&["draft", "discard", "trading", "--yes"])
            .ends(2)
            .warns(&["as in `trading@8`"]);
    });
}

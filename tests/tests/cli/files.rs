//! Rows as a file, and a file as one change.

use crate::stage::on_both;

#[test]
fn what_is_exported_is_applied_again_and_changes_nothing() {
    on_both("pairs_bot", |stage| {
        let set = ["set", "pair[ETH/USDT].active=false", "strategy[ETH/USDT,momentum].lookback=20"];
        stage.config(&set).ends(0);
        for format in ["toml", "json"] {
            let file = stage.folder.path().join(format!("rows.{format}"));
            let path = file.to_str().expect("a path");
            stage.config(&["export", "--format", format, "-o", path]).ends(0).tells(&["wrote "]);
            stage.config(&["apply", path]).ends(0).tells(&["it is so already"]);
            let same = stage.config(&["diff", path]).ends(0);
            assert_eq!(same.out, "no difference\n");
            let text = std::fs::read_to_string(&file).expect("the file");
            stage.piped(&["apply", "-"], &text).ends(0).tells(&["it is so already"]);
            assert_eq!(
                stage.config(&["export", "--format", format]).out.trim_end(),
                text.trim_end()
            );
        }
    });
}

#[test]
fn a_file_is_one_change_that_is_judged_and_shown() {
    on_both("trading", |stage| {
        let text = "[trading]\nscore_threshold = 0.8\n[risk]\nmax_order_attempts = 4\n";
        let path = stage.folder.path().join("rows.toml");
        std::fs::write(&path, text).expect("a file");
        let file = path.to_str().expect("a path");
        let said = stage.config(&["diff", file]).ends(6).tells(&["0.70 (default) → 0.8"]);
        assert!(!said.out.contains("dry run"), "{}", said.out);
        let told = stage.config(&["diff", file, "--json"]).ends(6).json();
        assert_eq!(told["is_change"], true);
        let said = stage.config(&["apply", file, "-r", "as agreed"]).ends(0);
        said.tells(&["trading is at version 1", "risk is at version 1"]);
        stage.config(&["history", "risk"]).tells(&["as agreed"]);

        let changed = text.replace("attempts = 4", "attempts = 5");
        let said = stage.piped(&["apply", "-"], &changed).ends(0).tells(&["risk is at version 2"]);
        assert!(!format!("{}{}", said.out, said.err).contains("trading (v"), "{said:?}");
        assert!(!said.out.contains("trading is at version"), "{said:?}");
        let told = stage.piped(&["apply", "-", "--json"], text).ends(0).json();
        let rows = told["plan"]["rows"].as_array().expect("rows");
        let trading = rows.iter().find(|row| row["place"] == "trading").expect("the row");
        assert_eq!(trading["fields"].as_array().map(Vec::len), Some(0), "{told}");

        stage.config(&["set", "trading.max_concurrent_positions=7"]).ends(0);
        stage.config(&["apply", file]).ends(0).tells(&["it is so already"]);
        stage.config(&["apply", file, "--whole"]).ends(5);
        stage.config(&["apply", file, "--whole", "--yes"]).ends(0);
        assert_eq!(stage.config(&["get", "trading.max_concurrent_positions"]).out, "5\n");

        let wrong = "[trading]\nscore_threshold = 7\n[nonsense]\n";
        stage.piped(&["apply", "-"], wrong).ends(2).warns(&["nonsense"]);
        stage.piped(&["apply", "-"], "[trading]\nscore_threshold = 7\n").ends(3);
        stage.config(&["apply", "no/such/file"]).ends(2).warns(&["no/such/file cannot be read"]);
        stage.config(&["diff", "trading"]).ends(2).warns(&["name two versions to compare"]);
    });
}

//! What is there: for people in columns, for programs as JSON.

use crate::stage::on_both;

#[test]
fn a_list_has_every_field_with_its_value_and_where_that_comes_from() {
    on_both("trading", |stage| {
        stage.config(&["set", "trading.score_threshold=0.8"]).ends(0);
        let list = stage.config(&["list"]).ends(0);
        let rows: Vec<_> = list.out.lines().filter(|line| line.starts_with("score_thr")).collect();
        let cells: Vec<_> = rows[0].split_whitespace().collect();
        assert_eq!(cells, ["score_threshold", "0.8", "row"]);
        assert!(!list.out.lines().any(|line| line.ends_with(' ')), "{:?}", list.out);
        list.tells(&["trading (version 1, by anna, ", "risk (no row)", "max_order_attempts"]);
        let told = ["what it is", "Lowest score that opens a position."];
        stage.config(&["list", "trading"]).ends(0).tells(&told);
        stage.config(&["get", "trading"]).ends(0).tells(&["score_threshold", "0.8"]);

        let rows = stage.config(&["list", "--json"]).ends(0).json();
        assert_eq!(rows[0]["place"], "trading");
        assert_eq!(rows[0]["version"], 1);
        let row = stage.config(&["list", "trading", "--json"]).ends(0).json();
        let fields = row["fields"].as_array().expect("fields");
        let field = fields.iter().find(|field| field["name"] == "score_threshold").expect("it");
        assert_eq!((&field["value"], &field["from"]), (&"0.8".into(), &"row".into()));
        assert_eq!(field["doc"], "Lowest score that opens a position.");
        let value = stage.config(&["get", "trading.score_threshold", "--json"]).ends(0).json();
        assert_eq!(value["value"], "0.8");
    });
}

#[test]
fn parts_of_a_json_field_are_read_and_set_by_their_paths() {
    on_both("trading", |stage| {
        let path = "trading.drawdown_reduction_tiers.0.threshold_pct";
        assert_eq!(stage.config(&["get", path]).ends(0).out, "5\n");
        stage.config(&["set", &format!("{path}=6")]).ends(0);
        assert_eq!(stage.config(&["get", path]).ends(0).out, "6\n");
    });
}

#[test]
fn a_key_has_a_row_of_its_own_and_inherits_the_rest() {
    on_both("pairs_bot", |stage| {
        let own = "strategy[ETH/USDT,momentum]";
        let field = format!("{own}.lookback");
        let said = stage.config(&["set", &format!("{field}=20"), "strategy.entry_threshold=0.8"]);
        let back = "to take it back: pairs_bot config rollback 'strategy[ETH/USDT,momentum]' 0";
        said.ends(0).tells(&[back]);
        assert_eq!(stage.config(&["get", &field]).out, "20\n");
        let row = stage.config(&["list", own, "--json"]).ends(0).json();
        let from = |name: &str| {
            let fields = row["fields"].as_array().expect("fields");
            fields.iter().find(|field| field["name"] == name).expect("it")["from"].clone()
        };
        assert_eq!(from("lookback"), "row");
        assert_eq!(from("entry_threshold"), "shared");
        assert_eq!(from("enabled"), "default");
        let place = row["place"].as_str().expect("a place");
        assert_eq!(stage.config(&["get", &format!("{place}.lookback")]).out, "20\n", "{place}");
        stage.config(&["history", own]).ends(0).tells(&["lookback: 14 (default) → 20"]);
        let said = stage.config(&["get", "strategy[ETH/USDT].lookback"]).ends(2);
        said.warns(&["the key of `strategy` is symbol, strategy and not 1"]);
    });
}

#[test]
fn keys_are_listed_page_by_page() {
    on_both("pairs_bot", |stage| {
        let set: Vec<_> = (0..5).map(|pair| format!("pair[P{pair}].active=false")).collect();
        let set: Vec<_> = ["set"].into_iter().chain(set.iter().map(String::as_str)).collect();
        stage.config(&set).ends(0);
        let first = ["list", "--keys", "pair", "--limit", "3"];
        stage.config(&first).ends(0).tells(&["pair[P0]", "pair[P2]", "--after 'pair[P2]'"]);
        let rest = stage.config(&[&first[..], &["--after", "pair[P2]", "--json"]].concat());
        let rest = rest.ends(0).json();
        let rows: Vec<_> = rest["keys"].as_array().expect("keys").iter().collect();
        let names: Vec<_> = rows.iter().map(|row| row["row"].as_str().expect("a row")).collect();
        assert_eq!(names, ["pair[P3]", "pair[P4]"]);
        assert!(rest["after"].is_null(), "{rest}");
        stage.config(&["list", "--keys", "exchange"]).ends(2).warns(&["has no keys"]);
    });
}

#[test]
fn a_value_cannot_steer_the_terminal_of_who_reads_it() {
    let stage = crate::stage::Stage::sqlite("guild_bot");
    let file = stage.folder.path().join("config-sdk-guild_bot.db");
    // The table that the example plays to have had before.
    stage.config(&["list"]);
    let connection = rusqlite::Connection::open(&file).expect("a file");
    let insert = "insert into bytes_configs (guild_id, role_rewards) values ('g', ?)";
    connection.execute(insert, ["{\"\u{1b}[31mred\": 5}"]).expect("a row");
    stage.config(&["migrate", "--yes"]).ends(0);
    // That there is no escape in any output is held by what runs the command.
    stage.config(&["list", "bytes[g]"]).ends(0).tells(&["red"]);
}

#[test]
fn people_read_times_to_the_second_and_short_cells_and_programs_all_of_it() {
    on_both("trading", |stage| {
        let tiers: Vec<_> = (1..9)
            .map(|n| format!("{{\"threshold_pct\":{n},\"size_reduction_pct\":{n}}}"))
            .collect();
        let set = format!("trading.drawdown_reduction_tiers=[{}]", tiers.join(","));
        stage.config(&["set", &set, "-r", "a long one"]).ends(0);
        let list = stage.config(&["list", "--json"]).ends(0).json();
        let exact = list[0]["time"].as_str().expect("a time").to_owned();
        let (second, rest) = exact.split_once('.').expect("parts of a second");
        assert_eq!(rest.len(), "123456Z".len(), "{exact}");
        for look in [
            &["list"][..],
            &["list", "trading"],
            &["history", "trading"],
            &["explain", "trading.drawdown_reduction_tiers"],
        ] {
            let said = stage.config(look).ends(0).tells(&[&format!("{second}Z")]);
            assert!(!said.out.contains(&exact), "{}", said.out);
            let is_cut = said.out.contains('…');
            assert_eq!(is_cut, look[0] == "list", "{look:?}: {}", said.out);
        }
        let row = stage.config(&["get", "trading"]).ends(0).out;
        assert!(!row.contains('…') && row.contains("\"8\""), "{row}");
    });
}

#[test]
fn who_only_looks_is_not_told_of_a_change_that_is_put_together_wrongly() {
    let stage = crate::stage::Stage::sqlite("trading").migrated();
    for look in [
        &["get", "trading.score_treshold"][..],
        &["explain", "trading.score_treshold"],
        &["list", "tradin"],
        &["history", "tradin"],
        &["diff", "tradin", "1", "2"],
        &["refresh", "tradin"],
        &["draft", "show", "tradin@1"],
        &["cache", "clear", "tradin", "--yes"],
    ] {
        let said = stage.config(look).ends(2).warns(&["did you mean `"]);
        assert!(!said.err.contains("put together wrongly"), "{look:?}: {}", said.err);
    }
    stage.config(&["set", "tradin.x=1"]).ends(2).warns(&["put together wrongly"]);
    stage.config(&["set", "bytes[.x=1"]).ends(2).warns(&["bracket of its key is not closed"]);
}

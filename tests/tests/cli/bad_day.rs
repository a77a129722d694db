//! A bad value in production: looked at, and taken back.

use crate::stage::Stage;

#[test]
fn a_bad_value_by_sql_is_seen_explained_and_taken_back() {
    let stage = Stage::sqlite("trading").migrated();
    stage.config(&["set", "trading.max_position_sol=3", "-r", "as ever"]).ends(0);
    let file = stage.folder.path().join("config-sdk-trading.db");
    let connection = rusqlite::Connection::open(&file).expect("the file");
    // Each column is within its bounds; what they break is a rule over both.
    connection.execute("update trading_config set min_position_sol = 9", []).expect("an edit");
    stage.config(&["status"]).ends(6).tells(&["rejected", "not healthy"]);
    stage.config(&["check"]).ends(6).tells(&["min_position_sol", "is turned away"]);
    let found = stage.config(&["check", "--json"]).ends(6).json();
    assert_eq!(found["found"][0]["block"], "trading");
    stage.config(&["list", "trading"]).ends(0).tells(&["refused: "]);
    stage.config(&["explain", "trading.min_position_sol"]).ends(0).tells(&["refused", "9"]);
    stage.config(&["history", "trading"]).ends(0).tells(&["version 2, active", "→ 9"]);
    stage.config(&["rollback", "trading", "1", "--yes", "-r", "it broke"]).ends(0);
    stage.config(&["status"]).ends(0);
    stage.config(&["check"]).ends(0).tells(&["every row is valid"]);
}

#[test]
fn a_store_that_is_away_is_told_with_what_to_do() {
    let stage = Stage::sqlite("trading");
    let said = stage.config(&["list"]).ends(1);
    said.warns(&["there is no file", "or run `trading config migrate` to make it"]);
    let away = ["list", "--url", "postgres://anna@127.0.0.1:1/shop"];
    let told = stage.config(&[&away[..], &["--json"]].concat()).ends(1).json();
    assert_eq!(told["error"]["kind"], "store");
    let wrong = stage.config(&["list", "--url", "mysql://host"]).ends(2);
    wrong.warns(&["is not a store this library knows"]);
}

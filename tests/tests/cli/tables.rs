//! The store's tables: made, compared, printed.

use crate::stage::Stage;

#[test]
fn tables_are_made_when_that_is_confirmed_and_then_there_is_nothing_to_do() {
    for stage in [Stage::sqlite("trading"), Stage::postgres("trading")] {
        let said = stage.config(&["migrate"]).ends(5);
        said.warns(&["it was not confirmed"]);
        stage.config(&["list"]).ends(1).warns(&["run `config migrate`"]);
        stage.config(&["migrate", "--yes"]).ends(0).tells(&["created table \"trading_config\""]);
        let said = stage.config(&["migrate", "--yes"]).ends(0);
        said.tells(&["there was nothing to do"]);
        let steps = stage.config(&["migrate", "--yes", "--json"]).ends(0).json();
        assert_eq!(steps["steps"].as_array().map(Vec::len), Some(0));
        stage.config(&["migrate", "--dry-run"]).ends(0).tells(&["what the types say"]);
        stage.config(&["check"]).ends(0);
    }
}

#[test]
fn a_table_that_differs_is_found() {
    let stage = Stage::sqlite("trading").migrated();
    let file = stage.folder.path().join("config-sdk-trading.db");
    let connection = rusqlite::Connection::open(&file).expect("the file");
    connection.execute_batch("alter table risk_config add column stranger text").expect("an edit");
    stage.config(&["check"]).ends(6).tells(&["stranger"]);
    stage.config(&["migrate", "--dry-run"]).ends(0).tells(&["stranger", "dry run"]);
}

#[test]
fn tables_that_were_there_before_are_adopted_when_asked() {
    let stage = Stage::sqlite("guild_bot");
    let file = stage.folder.path().join("config-sdk-guild_bot.db");
    let connection = rusqlite::Connection::open(&file).expect("a file");
    let table = "create table bytes_configs (guild_id text primary key, starting_balance integer, \
                 daily_amount integer, max_transfer integer, cooldown_hours integer, role_rewards text)";
    connection.execute_batch(table).expect("a table");
    stage.config(&["migrate", "--yes"]).ends(0).tells(&["left: "]);
    stage.config(&["migrate", "--adopt", "--yes"]).ends(0).tells(&["done: "]);
    let said = stage.config(&["set", "bytes[guild-7].daily_amount=50"]).ends(0);
    said.tells(&["guild_bot config history 'bytes[guild-7]', and then rollback"]);
    stage
        .config(&["history", "bytes[guild-7]"])
        .ends(0)
        .tells(&["daily_amount: 10 (default) → 50"]);
}

#[test]
fn the_sql_of_a_store_is_that_of_its_url_unless_said() {
    let stage = Stage::sqlite("trading");
    let sqlite = stage.config(&["schema"]).ends(0);
    rusqlite::Connection::open_in_memory()
        .expect("memory")
        .execute_batch(&sqlite.out)
        .expect("SQL");
    stage.config(&["schema", "--dialect", "postgres"]).ends(0).tells(&["jsonb", "plpgsql"]);
    let postgres = stage.config(&["schema", "--url", "postgres://host/shop"]).ends(0);
    postgres.tells(&["plpgsql"]);
    let memory = stage.config(&["schema", "--url", "memory:"]).ends(2);
    memory.warns(&["say `--dialect postgres` or `sqlite`"]);
}

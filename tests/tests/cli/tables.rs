//! The store's tables: made, compared, printed.

use crate::stage::Stage;

#[test]
fn tables_are_made_when_that_is_confirmed_and_then_there_is_nothing_to_do() {
    for stage in [Stage::sqlite("trading"), Stage::postgres("trading")] {
        let said = stage.config(&["migrate"]).ends(5);
        said.warns(&["it was not confirmed"]);
        stage.config(&["list"]).ends(1).warns(&["run `trading config migrate`"]);
        stage.config(&["migrate", "--yes"]).ends(0).tells(&["created table \"trading_config\""]);
        let said = stage.config(&["migrate", "--yes"]).ends(0);
        said.tells(&["there was nothing to do"]);
        let said = stage.config(&["migrate"]).ends(0).tells(&["there was nothing to do"]);
        assert_eq!(said.err, "", "nothing is to be asked or shown");
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
    let left = ["there was nothing to do but what is left to you:", "stranger"];
    stage.config(&["migrate"]).ends(0).tells(&left);
    connection.execute_batch("drop table risk_config").expect("an edit");
    stage.config(&["check"]).ends(6).tells(&["run `trading config migrate`"]);
    let said = stage.config(&["migrate", "--dry-run"]).ends(0).tells(&["risk"]);
    assert!(!said.out.contains("run "), "{}", said.out);
    stage.config(&["migrate"]).ends(5);
}

#[test]
fn a_file_that_is_not_there_is_told_to_be_made_and_not_to_be_migrated() {
    let stage = Stage::sqlite("trading");
    let said = stage.config(&["migrate", "--dry-run"]).ends(0);
    let said = said.tells(&["there is no file", "it would be made", "this was a dry run"]);
    assert!(!said.out.contains("config migrate"), "{}", said.out);
    let told = stage.config(&["migrate", "--dry-run", "--json"]).ends(0).json();
    assert!(told["missing"].as_str().is_some_and(|text| text.contains("no file")), "{told}");
    assert!(!stage.folder.path().join("config-sdk-trading.db").exists());
}

#[test]
fn tables_that_were_there_before_are_adopted_when_asked() {
    for stage in [Stage::sqlite("guild_bot"), Stage::postgres("guild_bot")] {
        stage.config(&["migrate", "--yes"]).ends(0).tells(&["left: "]);
        let dry = stage.config(&["migrate", "--adopt", "--dry-run"]).ends(0);
        let dry = dry.tells(&["tables that were there before get triggers if they have none"]);
        assert!(!dry.out.contains("what the types say"), "{}", dry.out);
        stage.config(&["status"]).tells(&["run `guild_bot config migrate --adopt`"]);
        stage.config(&["migrate", "--adopt", "--yes"]).ends(0).tells(&["done: "]);
        stage.config(&["set", "bytes[guild-7].daily_amount=50"]).ends(0);
        let told = ["daily_amount: 10 (default) → 50"];
        stage.config(&["history", "bytes[guild-7]"]).ends(0).tells(&told);
    }
}

#[test]
fn a_change_of_an_adopted_row_is_taken_back_by_what_it_says() {
    for stage in [Stage::sqlite("guild_bot"), Stage::postgres("guild_bot")] {
        let set = |value: u64| {
            let value = format!("bytes[guild-7].daily_amount={value}");
            stage.config(&["set", &value]).ends(0)
        };
        let amount = || stage.config(&["get", "bytes[guild-7].daily_amount"]).ends(0).out;
        stage.config(&["migrate", "--yes"]).ends(0);
        set(40).tells(&["`guild_bot config migrate --adopt` changes that"]);
        stage.config(&["migrate", "--adopt", "--yes"]).ends(0);
        for (value, former) in [(50, "40\n"), (60, "40\n"), (70, "40\n")] {
            take_back(&stage, &set(value).out);
            assert_eq!(amount(), former);
        }
        // Of a row that was not there, every field is reset.
        let first = stage.config(&["set", "bytes[guild-8].daily_amount=50"]).ends(0);
        take_back(&stage, &first.out);
        assert_eq!(stage.config(&["get", "bytes[guild-8].daily_amount"]).out, "10\n");
    }
}

/// Types the command that takes a change back, as the change said it.
fn take_back(stage: &Stage, said: &str) {
    let prefix = "to take it back: guild_bot config ";
    let line = said.lines().find_map(|line| line.strip_prefix(prefix)).expect(said);
    let line = line.replace('\'', "");
    let words: Vec<_> = line.split(' ').chain(["--yes"]).collect();
    stage.config(&words).ends(0);
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

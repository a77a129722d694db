//! What a block's table in SQLite does with edits by hand.

use rusqlite::Connection;

use crate::source::ddl::sample;
use crate::source::{Dialect, schema};

struct Database(Connection);

impl Database {
    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        let (trading, limits) = (sample::trading(), sample::limits());
        let sql = schema(Dialect::Sqlite, &[&trading, &limits]);
        connection.execute_batch(&sql).unwrap();
        Self(connection)
    }

    fn run(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap();
    }

    fn refused(&self, sql: &str) -> String {
        self.0.execute_batch(sql).unwrap_err().to_string()
    }

    fn ask(&self, sql: &str) -> String {
        let sql = format!("select group_concat(x, ' ') from ({sql})");
        let answer = self.0.query_row(&sql, [], |row| row.get::<_, Option<String>>(0));
        answer.unwrap().unwrap_or_default()
    }

    fn epoch(&self) -> String {
        self.ask("select epoch x from config_sdk_epoch")
    }
}

#[test]
fn an_edit_by_hand_is_complete() {
    let database = Database::new();
    database.run("insert into trading_config (status, score_threshold) values ('active', 0.8)");
    let row = "select version || created_by || score_threshold || (activated_at is not null) x from trading_config";
    assert_eq!(database.ask(row), "1sql0.81");
    database.run("update trading_config set score_threshold = 0.9 where status = 'active'");
    assert_eq!(database.ask(row), "2sql0.91");
    assert_eq!(database.epoch(), "2");
}

#[test]
fn an_update_that_changes_nothing_moves_nothing() {
    let database = Database::new();
    database.run("insert into risk__limits (status, max) values ('active', 8)");
    database.run("update risk__limits set max = 8; update risk__limits set max = 9 where 0");
    assert_eq!(database.epoch(), "1");
    assert_eq!(database.ask("select version x from risk__limits"), "1");
}

#[test]
fn versions_only_grow_also_after_deletion_and_when_an_old_row_comes_back() {
    let database = Database::new();
    database.run("insert into risk__limits (status, max) values ('active', 1)");
    database.run("update risk__limits set status = 'archived'");
    assert_eq!(database.ask("select version x from risk__limits"), "1");
    database.run("insert into risk__limits (max) values (2), (3)");
    database.run("update risk__limits set status = 'active' where max = 1");
    database.run("delete from risk__limits where max = 1");
    database.run("insert into risk__limits (max) values (4)");
    assert_eq!(database.ask("select version x from risk__limits"), "2 3 5");
}

#[test]
fn history_keeps_the_row_before_and_never_a_secret() {
    let database = Database::new();
    database.run(
        "insert into trading_config (status, plain, webhook_token) values ('active', 7, 'hunter2')",
    );
    database.run("update trading_config set plain = 8, webhook_token = 'hunter3', created_by = 'ann', reason = 'calmer'");
    let before = database.ask("select before x from config_sdk_change where what = 'update'");
    assert!(before.contains("\"plain\":7") && !before.contains("webhook_token"));
    let who = "select block || version || who || why x from config_sdk_change where epoch = 2";
    assert_eq!(database.ask(who), "trading2anncalmer");
    database.run("delete from trading_config");
    assert!(!database.ask("select before x from config_sdk_change").contains("hunter"));
}

#[test]
fn a_bad_value_is_refused_in_the_editors_words() {
    let database = Database::new();
    for (column, value, problem) in [
        ("score_threshold", "1.5", "must be within 0..=1"),
        ("score_threshold", "'1.2.3'", "must be a number that a decimal can hold"),
        ("score_threshold", "'NaN'", "must be a number that a decimal can hold"),
        ("max_positions", "'many'", "must be a whole number"),
        ("max_positions", "-1", "must be within 0..=4294967295"),
        (
            "big",
            "18446744073709551615",
            "must be a whole number, between quotes if it is a large one",
        ),
        ("enabled", "'yes'", "must be 0 or 1"),
        ("ratio", "9e999", "must be a finite number"),
        ("sizing_mode", "'all'", "must be one of risk_based, it's"),
        ("cooldown", "90", "must be a length of time with its unit, such as 90s or 1h 30m"),
        ("tiers", "'['", "must be JSON"),
        ("tiers", "'[]'", "must have a length within 1..=3"),
        ("status", "'on'", "must be draft, active or archived"),
    ] {
        let said =
            database.refused(&format!("insert into trading_config ({column}) values ({value})"));
        assert!(said.contains(&format!("trading.{column} {problem}")), "{said}");
    }
    assert_eq!(database.epoch(), "0");
}

#[test]
fn two_active_rows_are_one_too_many() {
    let database = Database::new();
    database.run("insert into risk__limits (status) values ('active')");
    let said = database.refused("insert into risk__limits (status) values ('active')");
    assert!(
        said.contains("limits has an active row already: change that row, or archive it"),
        "{said}"
    );
}

/// A database with the keyed blocks `bytes` and `pair`.
fn keyed() -> Database {
    let connection = Connection::open_in_memory().unwrap();
    let sql = schema(Dialect::Sqlite, &[&sample::guild(), &sample::pair()]);
    connection.execute_batch(&sql).unwrap();
    Database(connection)
}

#[test]
fn every_key_has_versions_and_an_active_row_of_its_own() {
    let database = keyed();
    database.run(
        "insert into bytes_config (status, guild_id) values ('active', 'a'), ('active', 'b');
         insert into bytes_config (status) values ('active');
         update bytes_config set daily_amount = 5 where guild_id = 'b';
         update bytes_config set daily_amount = 6 where guild_id is null;",
    );
    let rows = "select coalesce(guild_id, '-') || version x from bytes_config order by id";
    assert_eq!(database.ask(rows), "a1 b2 -2");
    for key in ["'a'", "null"] {
        let sql = format!("insert into bytes_config (status, guild_id) values ('active', {key})");
        assert!(database.refused(&sql).contains("bytes has an active row already"));
    }
    database.run("delete from bytes_config where guild_id = 'b'");
    database
        .run("insert into bytes_config (status, guild_id) values ('active', 'b'), ('draft', 'c')");
    assert_eq!(database.ask(rows), "a1 -2 b3 c1");
}

#[test]
fn the_log_names_the_key_also_the_one_that_a_row_had_before() {
    let database = keyed();
    database.run("insert into bytes_config (status, guild_id) values ('active', 'it''s')");
    database.run("update bytes_config set guild_id = 'b', token = 'hunter2'");
    database.run("insert into bytes_config (status) values ('active')");
    let log = "select what || key || version x from config_sdk_change order by id";
    assert_eq!(
        database.ask(log),
        r#"insert{"guild_id":"it's"}1 update{"guild_id":"b"}2 delete{"guild_id":"it's"}1 insert{"guild_id":null}1"#
    );
    database.run("insert into bytes_config (status, guild_id) values ('active', 'it''s')");
    assert_eq!(database.ask("select version x from bytes_config where guild_id = 'it''s'"), "2");
}

#[test]
fn what_is_neither_a_key_nor_none_is_refused() {
    let database = keyed();
    let half = database.refused("insert into pair_config (symbol) values ('ETH/USDT')");
    assert!(half.contains("pair: the key (symbol, strategy) must be whole"), "{half}");
    database.refused("insert into pair_config (symbol, strategy) values ('a', '')");
    let long = "insert into pair_config (symbol, strategy) values ('a', printf('%.*c', 511, 'x'))";
    database.refused(long);
    database.run(&long.replace("511", "510"));
    database.refused("insert into bytes_config (guild_id) values ('a' || char(0))");
    database.refused("update pair_config set strategy = null");
}

/// How SQLite would look for what `sql` asks.
fn plan(database: &Database, sql: &str) -> String {
    let mut statement = database.0.prepare(&format!("explain query plan {sql}")).unwrap();
    let steps = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
    steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

#[test]
fn an_index_leads_to_a_key_and_to_what_was_logged_of_it() {
    let database = keyed();
    for (sql, index) in [
        (
            "select max(version) from pair_config t where t.symbol is 'a' and t.strategy is 'b' and t.rowid <> 1",
            "pair_config_version_key (symbol=? AND strategy=?)",
        ),
        (
            "select 1 from pair_config t where t.status = 'active' and t.rowid <> 1 and t.symbol is 'a' and t.strategy is 'b'",
            "(symbol=? AND strategy=?)",
        ),
        (
            "select max(version) from config_sdk_change where block = 'pair' and key is '{}' and version is not null",
            "config_sdk_change_version (block=? AND key=?",
        ),
        (
            "select * from pair_config where status = 'active' and symbol = 'a' and strategy = 'b'",
            "(symbol=? AND strategy=?)",
        ),
        (
            "select * from pair_config where status = 'active' and symbol is null and strategy is null",
            "pair_config_one_shared",
        ),
        (
            "select symbol, strategy from pair_config where status = 'active' and (symbol, strategy) > ('a', 'b') group by symbol, strategy having count(*) = 1 order by symbol, strategy limit 5",
            "pair_config_one_active ((symbol,strategy)>(?,?))",
        ),
    ] {
        let plan = plan(&database, sql);
        assert!(plan.contains(index) && !plan.contains("SCAN") && !plan.contains("TEMP"), "{plan}");
    }
}

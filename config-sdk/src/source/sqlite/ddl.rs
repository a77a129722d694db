//! A block's table in SQLite, part by part.

use super::triggers::triggers;
use crate::schema::{BlockSchema, Kind};
use crate::source::ddl::{Blueprint, Part, Piece, ident};

/// The tables whose names begin with `config_sdk_`.
pub(crate) const BOOKKEEPING: &str = include_str!("bookkeeping.sql");

/// The columns of every table before those of its fields.
const BEFORE: [(&str, &str, &str); 3] = [
    ("id", "INTEGER", " primary key"),
    ("version", "INTEGER", " not null default 0"),
    ("status", "TEXT", " not null default 'draft'"),
];
/// The columns of every table after those of its fields.
const AFTER: [(&str, &str, &str); 4] = [
    ("created_at", "TEXT", ""),
    ("created_by", "TEXT", ""),
    ("reason", "TEXT", ""),
    ("activated_at", "TEXT", ""),
];

/// What `block`'s table should be.
pub(crate) fn blueprint(block: &BlockSchema) -> Blueprint<'_> {
    let keys: &[&str] = &[];
    let name = table_name(block);
    let table = ident(&name);
    let columns: Vec<_> = BEFORE
        .into_iter()
        .chain(keys.iter().map(|key| (*key, "TEXT", "")))
        .chain((block.fields.iter()).map(|field| (field.column, column_type(field.kind), "")))
        .chain(AFTER)
        .collect();
    let mut parts = vec![Part::new(Piece::Table, "", create(&table, &columns))];
    // A table of one's own may have any key: rows are told apart by their rowid.
    let but_id = columns.iter().skip(1);
    parts.extend(but_id.map(|column| add(&table, column)));
    parts.extend(indexes(&name, keys));
    parts.extend(triggers(block, &table, keys));
    Blueprint { block, table, parts }
}

/// The table's name: there are no schemas to put it in.
pub(super) fn table_name(block: &BlockSchema) -> String {
    block.table.replace('.', "__")
}

/// The type of a field's column. Numbers that must keep their digits are text.
fn column_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool | Kind::Integer => "INTEGER",
        Kind::Float => "REAL",
        Kind::BigInteger
        | Kind::Decimal
        | Kind::Text
        | Kind::Duration
        | Kind::Timestamp
        | Kind::Json => "TEXT",
    }
}

fn create(table: &str, columns: &[(&str, &str, &str)]) -> String {
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, sort, more)| format!("    {} {sort}{more}", ident(name)))
        .collect();
    let columns = columns.join(",\n");
    format!("create table if not exists {table} (\n{columns}\n);")
}

fn add(table: &str, (name, sort, more): &(&str, &str, &str)) -> Part {
    let column = ident(name);
    let former = ident(&format!("{name}_former"));
    Part {
        column: Some((*name).to_owned()),
        identity: (*sort).to_owned(),
        fallback: Some(format!(
            "alter table {table} rename column {column} to {former};\n\
             alter table {table} add column {column} {sort}{more};\n\
             update {table} set {column} = {former};"
        )),
        ..Part::new(
            Piece::Column,
            *name,
            format!("alter table {table} add column {column} {sort}{more};"),
        )
    }
}

/// A key that is null is the shared row's, and there is one of it, too; but nulls do not meet in a
/// unique index, so each key column is indexed as two things that are never null.
fn indexes(name: &str, keys: &[&str]) -> [Part; 2] {
    let table = ident(name);
    let keys: String = (keys.iter())
        .map(|key| format!("({0} is null), coalesce({0}, ''), ", ident(key)))
        .collect();
    let index = |word: &str, on: &str, which: &str| {
        let name = format!("{name}_{word}");
        let sql = format!(
            "create unique index if not exists {} on {table} ({keys}{on}){which};",
            ident(&name)
        );
        Part::new(Piece::Index, name, sql)
    };
    let version = index("version_key", "version", "");
    let number = format!(
        "update {table} set version = \
         (select count(*) from {table} t where t.rowid <= {table}.rowid);\n{}",
        version.sql
    );
    [
        Part { fallback: Some(number), ..version },
        index("one_active", "status", " where status = 'active'"),
    ]
}

#[cfg(test)]
mod tests {
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
        database.run("insert into trading_config (status, plain, webhook_token) values ('active', 7, 'hunter2')");
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
            let said = database
                .refused(&format!("insert into trading_config ({column}) values ({value})"));
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
}

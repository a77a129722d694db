//! What a block's table in Postgres is made of.

use super::*;
use crate::source::ddl::sample;

#[test]
fn the_bookkeeping_says_which_version_it_is_and_has_all_its_functions() {
    let version = format!("version {BOOKKEEPING_VERSION}';");
    assert!(BOOKKEEPING.trim_end().ends_with(&version));
    let functions = BOOKKEEPING.matches("create or replace function").count();
    assert!(include_str!("../catalog.sql").contains(&format!(">= {functions}\n")));
}

#[test]
fn a_table_in_a_schema_brings_its_schema() {
    let limits = sample::limits();
    let blueprint = blueprint(&limits);
    assert_eq!(blueprint.table, r#""risk"."limits""#);
    assert_eq!(blueprint.parts[0].sql, r#"create schema if not exists "risk";"#);
}

#[test]
fn doc_comments_become_the_comments_of_columns() {
    let trading = sample::trading();
    let sql: String = blueprint(&trading).parts.into_iter().map(|part| part.sql).collect();
    assert!(sql.contains(r#"comment on column "trading_config"."sizing_mode" is 'It''s "how".';"#));
    assert!(sql.contains(r#"comment on column "trading_config"."big" is null;"#));
}

#[test]
fn every_key_has_versions_and_an_active_row_of_its_own() {
    let pair = sample::pair();
    let parts = blueprint(&pair).parts;
    let index = |name: &str| {
        let part = parts.iter().find(|part| part.name == format!("pair_config_{name}"));
        part.unwrap().sql.lines().last().unwrap().split_once(" (").unwrap().1.to_owned()
    };
    assert_eq!(index("version_key"), r#""symbol", "strategy", version);"#);
    assert_eq!(index("one_active"), r#""symbol", "strategy") where status = 'active';"#);
    assert_eq!(
        index("one_shared"),
        r#"status) where status = 'active' and "symbol" is null and "strategy" is null;"#
    );
}

#[test]
fn the_indexes_of_a_block_without_a_key_are_what_they_were() {
    let limits = sample::limits();
    let sql: Vec<_> = Table::new(&limits, &[]).indexes().into_iter().map(|part| part.sql).collect();
    let index = |name: &str, rest: &str| {
        format!(r#"create unique index if not exists "limits_{name}" on "risk"."limits" ({rest};"#)
    };
    let active = "status) where status = 'active'";
    assert_eq!(sql, [index("version_key", "version)"), index("one_active", active)]);
}

#[test]
fn nothing_is_made_of_an_adopted_table() {
    let bytes = sample::guild_with(|block| block.adopt());
    let blueprint = blueprint(&bytes);
    assert!(blueprint.parts.iter().all(|part| part.piece != Piece::Check));
    assert!(blueprint.parts.iter().all(|part| part.piece != Piece::Index));
    let columns = blueprint.parts.iter().filter(|part| part.piece == Piece::Column);
    let columns: Vec<_> = columns.map(|part| &*part.name).collect();
    assert_eq!(columns, ["guild_id", "daily_amount", "token"]);
}

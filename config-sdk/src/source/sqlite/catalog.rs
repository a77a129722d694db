//! What a SQLite store has, as its schema table shows it.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::ddl::table_name;
use super::triggers::trigger_name;
use super::{BOOKKEEPING, rules};
use crate::source::ddl::{Blueprint, Drift, Found, Part, Piece, drifts, ident};

/// How the schema table begins the text of every trigger.
const CREATE: &str = "CREATE TRIGGER ";

/// Everything in which the store differs from `wanted`, in the order in which it can be mended.
pub(super) fn differences(connection: &Connection, wanted: &[Blueprint<'_>]) -> Result<Vec<Drift>> {
    let tables = "select count(*) from sqlite_master \
                  where type = 'table' and name in ('config_sdk_epoch', 'config_sdk_change')";
    let tables: u32 = connection.query_row(tables, [], |row| row.get(0))?;
    let mut all = Vec::new();
    if tables < 2 {
        all.push(Drift::of_bookkeeping(BOOKKEEPING));
    }
    for wanted in wanted {
        let found = found(connection, wanted)?;
        all.extend(drifts(wanted, &found));
        all.extend(broken_rules(connection, wanted, &found)?);
    }
    Ok(all)
}

fn found(connection: &Connection, wanted: &Blueprint<'_>) -> Result<Found> {
    let table = table_name(wanted.block);
    let columns = "select 'column', name, upper(type) from pragma_table_info(?1)";
    let others = "select type, name, coalesce(sql, '') from sqlite_master where tbl_name = ?1";
    let mut found = Found::default();
    for query in [columns, others] {
        let mut statement = connection.prepare(query)?;
        let parts = statement.query_map([&table], part)?;
        for part in parts {
            found.parts.extend(part?);
        }
    }
    let elsewhere = "select tbl_name from sqlite_master \
                     where type = 'trigger' and name = ?1 and tbl_name <> ?2";
    let names = [&trigger_name(wanted.block, "insert"), &table];
    let elsewhere = connection.query_row(elsewhere, names, |row| row.get(0));
    found.elsewhere = elsewhere.optional()?;
    Ok(found)
}

/// Rows that were there before the rule that they break: triggers look at what is written only.
fn broken_rules(
    connection: &Connection,
    wanted: &Blueprint<'_>,
    found: &Found,
) -> Result<Vec<Drift>> {
    let mut broken = Vec::new();
    for field in &wanted.block.fields {
        let of_field = |part: &&Part| part.column.as_deref() == Some(field.column);
        let is_there =
            |part: &Part| found.parts.get(&(part.piece, part.name.clone())) == Some(&part.identity);
        if !wanted.parts.iter().find(of_field).is_some_and(is_there) {
            continue;
        }
        for (condition, sentence) in rules::rules(field) {
            // The rules speak of the row as `new`.
            let (table, column) = (&wanted.table, ident(field.column));
            let rows = format!("where new.{column} is not null and not ({condition})");
            let any = format!("select exists (select 1 from {table} as new {rows})");
            if connection.query_row(&any, [], |row| row.get(0))? {
                let sql = format!("update {table} as new set {column} = null {rows};");
                broken.push(Drift::of_rows(wanted, field.column, &sentence, sql));
                break;
            }
        }
    }
    Ok(broken)
}

fn part(row: &Row<'_>) -> Result<Option<((Piece, String), String)>> {
    let (sort, name, text): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(match &*sort {
        "table" => Some(((Piece::Table, String::new()), String::new())),
        "column" => Some(((Piece::Column, name), text)),
        "index" => Some(((Piece::Index, name), String::new())),
        "trigger" => {
            let text = text.strip_prefix(CREATE).unwrap_or(&text).to_owned();
            Some(((Piece::Trigger, name), text))
        }
        _ => None,
    })
}

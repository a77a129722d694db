//! What a SQLite store has, as its schema table shows it.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::BOOKKEEPING;
use super::ddl::table_name;
use super::triggers::trigger_name;
use crate::source::ddl::{Blueprint, Drift, Found, Piece, drifts};

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
        all.extend(drifts(wanted, &found(connection, wanted)?));
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

//! What a SQLite store has, as its schema table shows it.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::ddl::{BOOKKEEPING_VERSION, table_name};
use super::triggers::trigger_name;
use super::{BOOKKEEPING, adopted, rules};
use crate::source::ddl::{Blueprint, Drift, Found, Part, Piece, drifts, ident};

/// What makes the bookkeeping out of an older one, with a place for what makes it anew.
const UPGRADE: &str = include_str!("upgrade.sql");

/// How the schema table begins the text of every trigger.
const CREATE: &str = "CREATE TRIGGER ";

/// Everything in which the store differs from `wanted`, in the order in which it can be mended.
pub(super) fn differences(connection: &Connection, wanted: &[Blueprint<'_>]) -> Result<Vec<Drift>> {
    let version = version(connection)?;
    let mut all: Vec<_> = bookkeeping(connection, version)?.into_iter().collect();
    for wanted in wanted {
        let mut found = found(connection, wanted)?;
        if version > BOOKKEEPING_VERSION {
            keep_triggers(wanted, &mut found);
        }
        let has_ours = wanted.parts.iter().any(|part| {
            let name = (part.piece, part.name.clone());
            part.piece == Piece::Trigger && found.parts.contains_key(&name)
        });
        let drifts = drifts(wanted, &found).into_iter();
        all.extend(drifts.map(|drift| if has_ours { drift.agreed(wanted) } else { drift }));
        all.extend(broken_rules(connection, wanted, &found)?);
    }
    Ok(all)
}

/// The version of the bookkeeping; of none, and of those before the first that says so, 0.
fn version(connection: &Connection) -> Result<i64> {
    let sql = "select count(*) from sqlite_master where name = 'config_sdk_bookkeeping'";
    if connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    let sql = "select ifnull(max(version), 0) from config_sdk_bookkeeping";
    connection.query_row(sql, [], |row| row.get(0))
}

/// Triggers that a newer release has made log what its bookkeeping needs, and are left as they are;
/// not those that an older one, which knows of no versions, has put back.
fn keep_triggers(wanted: &Blueprint<'_>, found: &mut Found) {
    let asks = |trigger: &str| trigger.contains("config_sdk_author");
    for part in wanted.parts.iter().filter(|part| part.piece == Piece::Trigger) {
        if let Some(have) = found.parts.get_mut(&(part.piece, part.name.clone()))
            && asks(have) == asks(&part.identity)
        {
            have.clone_from(&part.identity);
        }
    }
}

/// What is missing of the bookkeeping, or has to become of it.
fn bookkeeping(connection: &Connection, version: i64) -> Result<Option<Drift>> {
    if version > BOOKKEEPING_VERSION {
        return Ok(None);
    }
    let tables = "select count(*), ifnull(sum(name like '%change' and sql not like '%hidden text%'), 0) \
                  from sqlite_master where type = 'table' and name in ('config_sdk_epoch', \
                  'config_sdk_change', 'config_sdk_author', 'config_sdk_expiry', 'config_sdk_process', 'config_sdk_default', \
                  'config_sdk_bookkeeping')";
    let tables = connection.query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(match tables {
        (7, 0) if version == BOOKKEEPING_VERSION => None,
        (_, 1) => Some(Drift::of_bookkeeping(&UPGRADE.replace("{bookkeeping}", BOOKKEEPING))),
        _ => Some(Drift::of_bookkeeping(BOOKKEEPING)),
    })
}

fn found(connection: &Connection, wanted: &Blueprint<'_>) -> Result<Found> {
    let table = table_name(wanted.block);
    let columns = "select 'column', name, upper(type) from pragma_table_info(?1)";
    let others = "select type, name, iif(type = 'index', \
                  (select group_concat(name) from pragma_index_info(m.name)), coalesce(sql, '')) \
                  from sqlite_master m where tbl_name = ?1";
    let mut found = Found::default();
    for query in [columns, others] {
        let mut statement = connection.prepare(query)?;
        let parts = statement.query_map([&table], part)?;
        for part in parts {
            found.parts.extend(part?);
        }
    }
    if wanted.block.adopt {
        found.accept(wanted, adopted::takes);
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
    if wanted.block.adopt {
        return Ok(broken); // readers reject or clamp what they cannot take
    }
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
    let (sort, name): (String, String) = (row.get(0)?, row.get(1)?);
    let text: String = row.get::<_, Option<_>>(2)?.unwrap_or_default();
    Ok(match &*sort {
        "table" => Some(((Piece::Table, String::new()), String::new())),
        "column" => Some(((Piece::Column, name), text)),
        "index" => Some(((Piece::Index, name), text)),
        "trigger" => {
            let text = text.strip_prefix(CREATE).unwrap_or(&text).to_owned();
            Some(((Piece::Trigger, name), text))
        }
        _ => None,
    })
}

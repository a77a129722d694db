//! Seeing to it that everybody hears of what is written: by the table's triggers, or else by the write.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Result, params};
use serde_json::{Map, Value};

use super::ddl::table_name;
use super::triggers::trigger_name;
use super::writer::Failure;
use crate::schema::BlockSchema;
use crate::source::{Deed, Entry, Place, Write};

/// What the triggers are that log a change.
const WORDS: [&str; 3] = ["insert", "update", "delete"];

/// Refuses to write where triggers of another release would log the change without its author and
/// reason, or none would log it at all: a process of an older release puts back those it knows.
pub(super) fn check(moment: &Connection, write: &Write) -> std::result::Result<(), Failure> {
    let mut seen = HashSet::new();
    for Entry { place: Place { block, .. }, deed, .. } in &write.entries {
        if matches!(deed, Deed::Hold) || !seen.insert(block.name) {
            continue;
        }
        let (there, ours) = triggers(moment, block)?;
        // An adopted table may have none.
        if ours < there || (there < WORDS.len() && !block.adopt) {
            return Err(Failure::Refused(format!(
                "the triggers of table {} are missing or of another release, and would lose who \
                 changed it and why: add `.migrate()`, or run the SQL that `schema` prints",
                block.table
            )));
        }
    }
    Ok(())
}

/// How many triggers the table has that log changes, and how many of them ask for the author.
fn triggers(moment: &Connection, block: &BlockSchema) -> Result<(usize, usize)> {
    let sql = "select sql like '%config_sdk_author%' from sqlite_master \
               where type = 'trigger' and name = ?1 and tbl_name = ?2 collate nocase";
    let mut statement = moment.prepare_cached(sql)?;
    let (mut there, mut ours) = (0, 0);
    for word in WORDS {
        let names = [trigger_name(block, word), table_name(block)];
        if let Some(asks) = statement.query_row(names, |row| row.get::<_, bool>(0)).optional()? {
            there += 1;
            ours += usize::from(asks);
        }
    }
    Ok((there, ours))
}

/// The newest line of the log.
pub(super) fn newest(moment: &Connection) -> Result<i64> {
    let sql = "select coalesce(max(id), 0) from config_sdk_change";
    moment.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// Tells of what `entry` wrote to an adopted table if nothing has since the line `before`.
pub(super) fn tell(moment: &Connection, write: &Write, entry: &Entry, before: i64) -> Result<()> {
    let Place { block, key } = &entry.place;
    if !block.adopt || !changes(entry) {
        return Ok(());
    }
    let sql = "select exists (select 1 from config_sdk_change where id > ?1 and block = ?2)";
    let params = params![before, block.name];
    if moment.prepare_cached(sql)?.query_row(params, |row| row.get(0))? {
        return Ok(());
    }
    let mut parts = key.iter().flat_map(|key| key.parts());
    let columns = block.keys.iter().map(|key| (key.name.to_owned(), parts.next().into()));
    let key = block.is_keyed().then(|| Value::Object(columns.collect::<Map<_, _>>()).to_string());
    moment.execute("update config_sdk_epoch set epoch = epoch + 1", [])?;
    moment.execute(
        "insert into config_sdk_change (epoch, block, key, what, who, why, via) \
         select epoch, ?1, ?2, 'invalidate', coalesce(?3, 'sql'), ?4, 'config-sdk' \
         from config_sdk_epoch",
        params![block.name, key, write.author, write.reason],
    )?;
    Ok(())
}

/// Whether an entry makes another row of the one that it was made from.
fn changes(entry: &Entry) -> bool {
    let Deed::Set(texts) = &entry.deed else { return false };
    let Some(row) = &entry.from else { return true };
    texts.0.iter().any(|(column, text)| row.columns.get(column).unwrap_or(&None) != text)
}

//! What the rows of a Postgres store were and are, whatever their state.

use super::names::quoted_table;
use super::select::{escaped, object};
use super::text_row::TextRow;
use super::{answer, places};
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::ddl::{ident, text};
use crate::source::{Done, Logged, Past, Place, RowState, SourceError, row};
use crate::time;

/// Every column of a row of table `t`, as one object `c.record`.
const RECORD: &str = "cross join lateral (select to_jsonb(t.*)::text as record) c";

/// Asks for the rows of `place` and the newest `limit` changes of them.
pub(super) fn sql(place: &Place, limit: usize) -> String {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let block = place.block;
    let rows = match block.adopt {
        true => places::sql(std::slice::from_ref(place)),
        false => format!(
            "select t.status, t.version, c.record from {} t {RECORD} where {} order by t.version desc",
            quoted_table(&block.table),
            places::condition(place)
        ),
    };
    format!(
        "{rows}; select l.what, l.epoch, l.version, l.before::text as before, l.who, l.via, to_jsonb(l.at) #>> '{{}}' as at, \
         l.why, to_json(l.hidden)::text as hidden from config_sdk.change l \
         where l.block = {} and l.what <> 'invalidate' and {} order by l.id desc limit {limit}",
        text(block.name),
        logged(place)
    )
}

/// The condition that a change is one of this place.
fn logged(place: &Place) -> String {
    let block = place.block;
    let none = "l.key is null";
    match &place.key {
        _ if !block.is_keyed() => none.to_owned(),
        None => {
            let columns = block.keys.iter().map(|key| (key.name.to_owned(), None::<String>.into()));
            let key = serde_json::Value::Object(columns.collect());
            // Before the block had a key, its row was what is the shared one now.
            format!("(l.key = {} or {none})", escaped(&key.to_string()))
        }
        Some(key) => {
            let same = format!("l.key = {}", escaped(&object(block, key).to_string()));
            // Of an adopted table nobody knows what it held.
            if block.adopt { format!("({same} or {none} and l.what = 'truncate')") } else { same }
        }
    }
}

/// What was and is there, by that answer.
///
/// # Errors
/// If a row cannot be read.
pub(super) fn past(answer: &[TextRow], place: &Place) -> Result<Past, SourceError> {
    let block = place.block;
    let mut past = Past::default();
    if block.adopt {
        let there = places::found(answer, std::slice::from_ref(place))?;
        past.rows = there.into_iter().flatten().map(|row| (RowState::Active, row)).collect();
    }
    for row in answer {
        if let Some(what) = row.get("what") {
            past.log.extend(change(row, what, block));
        } else if let Some(state) = row.get("status").and_then(state) {
            let record = answer::record(row, block).map_err(|why| places::refused(block, &why))?;
            past.rows.push((state, record));
        }
    }
    Ok(past)
}

fn change(row: &TextRow, what: &str, block: &BlockSchema) -> Option<Logged> {
    let what = match what {
        "insert" => Done::Insert,
        "update" => Done::Update,
        "delete" | "truncate" => Done::Delete,
        _ => return None,
    };
    let owned = |name| row.get(name).map(str::to_owned);
    let hidden = row.get("hidden").and_then(|hidden| serde_json::from_str(hidden).ok());
    let mut hidden: Vec<String> = hidden.unwrap_or_default();
    // A column of somebody else's is no secret of ours.
    hidden.retain(|name| block.fields.iter().any(|field| field.column == name));
    Some(Logged {
        version: row.get("version").and_then(|version| version.parse().ok()),
        before: row.get("before").and_then(|before| former(before, block)),
        via: owned("via"),
        time: row.get("at").and_then(time::parse),
        why: owned("why"),
        hidden,
        ..Logged::new(row.get("epoch")?.parse().ok()?, what, row.get("who")?)
    })
}

/// The row before a change, and its state.
fn former(before: &str, block: &BlockSchema) -> Option<(RowState, Record)> {
    let mut columns = answer::columns(before).ok()?;
    let state = match (block.adopt, columns.get("status")) {
        (true, _) => RowState::Active,
        (false, status) => state(status?.as_deref()?)?,
    };
    block.keys.iter().for_each(|key| drop(columns.remove(key.name)));
    Some((state, row::record(columns, block)))
}

/// Asks for the drafts of `blocks`; `None` where no block has any.
pub(super) fn drafts_sql(blocks: &[&'static BlockSchema]) -> Option<String> {
    let of = |(number, block): (usize, &&BlockSchema)| {
        let keys = block.keys.iter().map(|key| format!("t.{}::text", ident(key.name)));
        format!(
            "select {number} as block, json_build_array({})::text as key, t.version, c.record \
             from {} t {RECORD} where t.status = 'draft'",
            keys.collect::<Vec<_>>().join(", "),
            quoted_table(&block.table)
        )
    };
    let blocks = blocks.iter().enumerate().filter(|(_, block)| !block.adopt);
    let drafts: Vec<_> = blocks.map(of).collect();
    let all = drafts.join(" union all ");
    (!drafts.is_empty()).then(|| format!("select * from ({all}) d order by block, key, version"))
}

/// The drafts, by that answer. A row that no key leads to is none.
///
/// # Errors
/// If a row cannot be read.
pub(super) fn drafts(
    answer: &[TextRow],
    blocks: &[&'static BlockSchema],
) -> Result<Vec<(Place, Record)>, SourceError> {
    let mut drafts = Vec::new();
    for row in answer {
        let number = row.get("block").and_then(|number| number.parse().ok());
        let block = number.and_then(|number: usize| blocks.get(number).copied());
        let parts = row.get("key").and_then(|key| serde_json::from_str(key).ok());
        let (Some(block), Some(parts)) = (block, parts) else {
            continue;
        };
        let parts: Vec<Option<String>> = parts;
        let key = match parts.iter().map(Option::as_deref).collect::<Option<Vec<_>>>() {
            _ if parts.iter().all(Option::is_none) => None,
            Some(parts) => match Key::new(parts) {
                Ok(key) => Some(key),
                Err(_) => continue,
            },
            None => continue,
        };
        let record = answer::record(row, block).map_err(|why| places::refused(block, &why))?;
        drafts.push((Place { block, key }, record));
    }
    Ok(drafts)
}

fn state(status: &str) -> Option<RowState> {
    match status {
        "draft" => Some(RowState::Draft),
        "active" => Some(RowState::Active),
        "archived" => Some(RowState::Archived),
        _ => None,
    }
}

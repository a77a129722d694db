//! Changes for a time: what is kept for undoing them, and undoing them when it is over.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ChangeSet;
use super::desk::{BlockType, Desk, Stack};
use super::error::{ChangeError, ChangeMistake};
use super::plan::Applied;
use super::row::PlannedRow;
use super::set::Expected;
use crate::block::Columns;
use crate::key::Key;
use crate::source::{Expiring, Place, Write};

/// What is kept of a change for a time. It lies in the open, so there is no secret in it.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    author: Option<String>,
    reason: Option<String>,
    rows: Vec<NoteRow>,
}

#[derive(Debug, Serialize, Deserialize)]
struct NoteRow {
    block: String,
    key: Option<Vec<String>>,
    /// Each field's text before, and the one that it was set to.
    fields: BTreeMap<String, [Option<String>; 2]>,
}

/// A change for a time that has not been undone yet.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExpiringChange {
    /// Its number in the store.
    pub id: u64,
    /// How long until it is undone; zero if it is due.
    pub left: Duration,
    /// Who made it.
    pub author: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The fields that it set, by their paths.
    pub paths: Vec<String>,
}

impl ExpiringChange {
    pub(crate) fn of(expiring: &Expiring) -> Self {
        let note = serde_json::from_str::<Note>(&expiring.note).ok();
        let rows = note.iter().flat_map(|note| &note.rows);
        let paths = rows.flat_map(|row| {
            let key =
                row.key.as_ref().map(|key| format!("[{}]", key.join(","))).unwrap_or_default();
            row.fields.keys().map(move |field| format!("{}{key}.{field}", row.block))
        });
        let paths = paths.collect();
        let (author, reason) = note.map(|note| (note.author, note.reason)).unwrap_or_default();
        Self { id: expiring.id, left: expiring.left, author, reason, paths }
    }
}

/// What has to be known for undoing `rows`.
///
/// # Errors
/// If there is a secret among it.
pub(super) fn note(write: &Write, rows: &[PlannedRow]) -> Result<String, ChangeError> {
    let mut note =
        Note { author: write.author.clone(), reason: write.reason.clone(), rows: Vec::new() };
    let mut mistakes = Vec::new();
    for PlannedRow { row, place, .. } in rows {
        let mut fields = BTreeMap::new();
        for (field, column) in row.block.schema().fields.iter().map(|field| (field, field.column)) {
            let Some(set) = row.texts.get(column) else { continue };
            if field.secret {
                mistakes.push(ChangeMistake::LastingSecret(format!("{place}.{}", field.name)));
            }
            let own = row.stack.own.as_ref();
            let before = own.and_then(|own| own.columns.get(column).cloned().flatten());
            fields.insert(field.name.to_owned(), [before, set.clone()]);
        }
        let key = row.place.key.as_ref().map(|key| key.parts().map(str::to_owned).collect());
        note.rows.push(NoteRow { block: row.place.block.name.to_owned(), key, fields });
    }
    if !mistakes.is_empty() {
        return Err(ChangeError::Mistakes(mistakes));
    }
    let text = serde_json::to_string(&note);
    text.map_err(|error| ChangeMistake::File(error.to_string()).into())
}

/// Takes back what an expiring change set, where it is still so. Says nothing if somebody else was
/// faster, and `None` if this program does not know all of its blocks and leaves it to others.
///
/// # Errors
/// If the rows that this would make break rules, or the store refuses; then it can be tried again.
pub(crate) async fn undo(desk: &Desk, expiring: &Expiring) -> Result<Option<Applied>, ChangeError> {
    let Ok(note) = serde_json::from_str::<Note>(&expiring.note) else {
        return Ok(None);
    };
    let Some(targets) = note.rows.iter().map(|row| target(desk, row)).collect::<Option<Vec<_>>>()
    else {
        return Ok(None);
    };
    let places: Vec<_> = targets.iter().map(|(_, place)| place.clone()).collect();
    let stacks = desk.rows(&places).await?;
    let why = note.reason.map_or_else(
        || "a change for a time is over".to_owned(),
        |reason| format!("over: {reason}"),
    );
    let mut set = ChangeSet::new(desk.clone(), note.author).reason(why).undoing(expiring.id);
    for (((block, place), row), stack) in targets.into_iter().zip(note.rows).zip(stacks) {
        let fields = row.fields.into_iter().filter_map(|(name, [before, after])| {
            let index = block.schema().fields.iter().position(|field| field.name == name)?;
            is_still(&block, &stack, index, after).then_some((index, before))
        });
        let fields: Vec<_> = fields.collect();
        if !fields.is_empty() {
            let version = stack.own.as_ref().map_or(0, |own| own.version);
            set.expected.push((place.clone(), Expected::Version(version)));
            set = set.set_fields(block, place, fields);
        }
    }
    match set.apply().await {
        Ok(applied) => Ok(Some(applied)),
        // Somebody else has undone it, or changed a row: the next look tells.
        Err(ChangeError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn target(desk: &Desk, row: &NoteRow) -> Option<(BlockType, Place)> {
    let block = desk.named(&row.block)?;
    let key = match &row.key {
        Some(parts) => Some(Key::new(parts.iter().map(String::as_str)).ok()?),
        None => None,
    };
    Some((block, Place { block: block.schema(), key }))
}

/// Whether the field means what it was set to, however the store prints it.
fn is_still(block: &BlockType, stack: &Stack, index: usize, set: Option<String>) -> bool {
    let Some(field) = block.schema().fields.get(index) else {
        return false;
    };
    let own = stack.own.as_ref().map(|own| own.columns.clone()).unwrap_or_default();
    let mut then: Columns = own.clone();
    then.insert(field.column.to_owned(), set);
    let is_set = |columns: &Columns| columns.get(field.column).is_some_and(Option::is_some);
    block.read(&own).get(index) == block.read(&then).get(index) && is_set(&own) == is_set(&then)
}

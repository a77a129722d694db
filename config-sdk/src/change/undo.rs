//! Taking back what a change for a time set, once its time is over.

use super::ChangeSet;
use super::applied::Applied;
use super::desk::{Desk, Stack};
use super::error::ChangeError;
use super::expiry::{Note, NoteRow};
use super::set::Expected;
use crate::block::{BlockType, Columns};
use crate::source::{Expiring, Place};

/// What came of taking a change back.
pub(crate) enum Undoing {
    /// It is taken back, by this process.
    Done(Applied),
    /// It is for others: this program does not know its block.
    Others,
    /// Somebody else has done it, or changed a row at the same time: the next look tells.
    Raced,
}

/// Takes back what an expiring change set, where it is still so.
///
/// # Errors
/// If the rows that this would make break rules, or the store refuses; then it can be tried again.
pub(crate) async fn undo(desk: &Desk, expiring: &Expiring) -> Result<Undoing, ChangeError> {
    let Ok(note) = serde_json::from_str::<Note>(&expiring.note) else {
        return Ok(Undoing::Others);
    };
    let Some(block) = desk.named(&note.block) else {
        return Ok(Undoing::Others);
    };
    let place = |row: &NoteRow| Place { block: block.schema(), key: row.key() };
    let places: Vec<_> = note.rows.iter().map(place).collect();
    let stacks = desk.rows(&places).await?;
    let why = note.reason.map_or_else(
        || "a change for a time is over".to_owned(),
        |reason| format!("over: {reason}"),
    );
    let mut set = ChangeSet::new(desk.clone(), note.author).reason(why).undoing(expiring.id);
    for ((place, row), stack) in places.into_iter().zip(note.rows).zip(stacks) {
        let fields = row.fields.into_iter().filter_map(|(name, [before, after])| {
            let index = block.schema().fields.iter().position(|field| field.name == name)?;
            is_still(&block, &stack, index, after).then_some((index, before))
        });
        let fields: Vec<_> = fields.collect();
        if !fields.is_empty() {
            if !block.schema().adopt {
                let version = stack.own.as_ref().map_or(0, |own| own.version);
                set.expected.push((place.clone(), Expected::Version(version)));
            }
            set = set.set_fields(block, place, fields);
        }
    }
    match set.apply().await {
        Ok(applied) => Ok(Undoing::Done(applied)),
        Err(ChangeError::Conflict(_) | ChangeError::Overtaken) => Ok(Undoing::Raced),
        Err(error) => Err(error),
    }
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

//! What every store asks of a write before it touches a row.

use std::collections::HashSet;

use super::{Deed, Entry, Place, SourceError, Write};
use crate::record::Record;
use crate::schema::FieldSchema;

/// Refuses what no store could do as it is meant: a text with a NUL, a column that is no field's, a
/// draft beside an adopted row, another block's key, a place that is written twice.
///
/// # Errors
/// The first of these, and what to do.
pub(super) fn check(write: &Write) -> Result<(), SourceError> {
    let said = [("author", &write.author), ("reason", &write.reason)];
    for (what, text) in said {
        no_nul(what, text.as_deref())?;
    }
    let mut places = HashSet::new();
    for entry in &write.entries {
        check_entry(entry)?;
        if changes_active(&entry.deed) && !places.insert(&entry.place) {
            let why = format!("{} is written twice at once: put both into one entry", entry.place);
            return Err(SourceError::refused(why));
        }
    }
    Ok(())
}

/// Whether an entry was made from the row that is `there`.
pub(super) fn is_from(entry: &Entry, there: Option<&Record>) -> bool {
    match (&entry.from, there) {
        (None, None) => true,
        (Some(from), Some(there)) if entry.place.block.adopt => {
            let mut fields = entry.place.block.fields.iter();
            fields.all(|field| text(from, field) == text(there, field))
        }
        (Some(from), Some(there)) => from.version == there.version,
        _ => false,
    }
}

fn text<'r>(record: &'r Record, field: &FieldSchema) -> Option<&'r str> {
    record.columns.get(field.column)?.as_deref()
}

fn check_entry(entry: &Entry) -> Result<(), SourceError> {
    let Place { block, key } = &entry.place;
    if let Some(key) = key
        && key.parts().count() != block.keys.len()
    {
        let why = format!("{key} is another block's key: {} has {}", block.name, block.keys.len());
        return Err(SourceError::refused(why));
    }
    let texts = match &entry.deed {
        Deed::Set(texts) => texts,
        Deed::Hold => return Ok(()),
        Deed::Save(_) | Deed::Activate(_) | Deed::Discard(_) if block.adopt => {
            return Err(SourceError::refused(format!(
                "table {} is adopted and has no place for drafts: set the values at once",
                block.table
            )));
        }
        Deed::Save(texts) => texts,
        Deed::Activate(_) | Deed::Discard(_) => return Ok(()),
    };
    for (column, text) in &texts.0 {
        if !block.fields.iter().any(|field| field.column == column) {
            return Err(SourceError::refused(format!(
                "{} has no field in a column `{column}`: compare with the struct",
                block.name
            )));
        }
        no_nul(&format!("{}.{column}", block.name), text.as_deref())?;
    }
    Ok(())
}

fn no_nul(what: &str, text: Option<&str>) -> Result<(), SourceError> {
    match text.is_some_and(|text| text.contains('\0')) {
        false => Ok(()),
        true => Err(SourceError::refused(format!(
            "{what} has a NUL in it, which no store can keep: take it out"
        ))),
    }
}

fn changes_active(deed: &Deed) -> bool {
    matches!(deed, Deed::Set(_) | Deed::Activate(_))
}

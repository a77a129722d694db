//! Changes for a time: what is kept for taking them back, and what other changes make of that.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::error::{ChangeError, ChangeMistake};
use super::planned::PlannedRow;
use crate::key::Key;
use crate::source::{Expiring, Place, SourceError, Write, path_of};

/// What is kept of a change for a time, for one block: whoever knows that block can take it back. It
/// lies in the open, so there is no secret in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) author: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) block: String,
    pub(super) rows: Vec<NoteRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct NoteRow {
    key: Option<Vec<String>>,
    /// Each field's text before, and the one that it was set to. A field is in one note at most.
    pub(super) fields: BTreeMap<String, [Option<String>; 2]>,
}

impl NoteRow {
    pub(super) fn key(&self) -> Option<Key> {
        Key::new(self.key.as_ref()?.iter().map(String::as_str)).ok()
    }
}

/// A change for a time that has not been taken back yet; of one over several blocks, one for each.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ExpiringChange {
    /// Its number in the store.
    pub id: u64,
    /// How long until it is taken back; zero if it is due. Serialized as seconds.
    #[serde(rename = "left_seconds", serialize_with = "crate::time::seconds::serialize")]
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
        let Expiring { id, left, note } = expiring;
        let Ok(note) = serde_json::from_str::<Note>(note) else {
            return Self { id: *id, left: *left, author: None, reason: None, paths: Vec::new() };
        };
        let paths = note.rows.iter().flat_map(|row| {
            let place = path_of(&note.block, row.key().as_ref());
            row.fields.keys().map(move |field| format!("{place}.{field}"))
        });
        let paths = paths.collect();
        Self { id: *id, left: *left, author: note.author, reason: note.reason, paths }
    }
}

/// The changes for a time that are there when another change is planned.
#[derive(Debug, Default)]
pub(super) struct Pending(Vec<(u64, Duration, Note)>);

impl Pending {
    pub(super) async fn read(desk: &Desk) -> Result<Self, SourceError> {
        let expiring = match desk.writer()?.expiring().await {
            // Who may not look there may not write either, and may see all the same what a change would do.
            Err(error) if !error.is_passing() => Vec::new(),
            expiring => expiring?,
        };
        let note = |expiring: Expiring| {
            Some((expiring.id, expiring.left, serde_json::from_str(&expiring.note).ok()?))
        };
        Ok(Self(expiring.into_iter().filter_map(note).collect()))
    }

    /// Takes the fields that `rows` set out of the changes for a time that set them before: they stay
    /// for good, or go back to what they were before all of that once `lasting` is over.
    ///
    /// # Errors
    /// If a secret is to be changed for a time.
    pub(super) fn settle(
        self,
        write: &mut Write,
        rows: &mut [PlannedRow],
        lasting: Option<Duration>,
    ) -> Result<(), ChangeError> {
        let Self(mut notes) = self;
        let (mut touched, mut mistakes) = (Vec::new(), Vec::new());
        let mut news = BTreeMap::<&'static str, Note>::new();
        for row in rows {
            let place = row.row.place.clone();
            let mut fields = BTreeMap::new();
            for field in row.row.asked() {
                let is_changed = row.fields.iter().any(|change| change.field == field.name);
                let former = take(&mut notes, &place, field.name, &mut touched);
                if lasting.is_none() {
                    row.kept.extend(former.filter(|_| !is_changed).map(|_| field.name.to_owned()));
                    continue;
                }
                if !is_changed && former.is_none() {
                    continue;
                }
                if field.secret {
                    let path = format!("{place}.{}", field.name);
                    mistakes.push(ChangeMistake::LastingSecret(path));
                }
                let own = row.row.stack.own.as_ref();
                let text = own.and_then(|own| own.columns.get(field.column).cloned().flatten());
                let before = former.unwrap_or(text);
                let set = row.row.texts.get(field.column).cloned().flatten();
                fields.insert(field.name.to_owned(), [before, set]);
            }
            if !fields.is_empty() {
                let key = place.key.as_ref().map(|key| key.parts().map(str::to_owned).collect());
                let note = news.entry(place.block.name).or_insert_with(|| Note {
                    author: write.author.clone(),
                    reason: write.reason.clone(),
                    block: place.block.name.to_owned(),
                    rows: Vec::new(),
                });
                note.rows.push(NoteRow { key, fields });
            }
        }
        if !mistakes.is_empty() {
            return Err(ChangeError::Mistakes(mistakes));
        }
        for (id, left, mut note) in notes.into_iter().filter(|(id, ..)| touched.contains(id)) {
            write.undoes.push(id);
            note.rows.retain(|row| !row.fields.is_empty());
            if !note.rows.is_empty() {
                write.expires.push((left, text(&note)));
            }
        }
        write.expires.extend(
            lasting.into_iter().flat_map(|time| news.values().map(move |note| (time, text(note)))),
        );
        Ok(())
    }
}

/// Takes a field out of the note that has it, and yields what it was before that change.
fn take(
    notes: &mut [(u64, Duration, Note)],
    place: &Place,
    field: &str,
    touched: &mut Vec<u64>,
) -> Option<Option<String>> {
    for (id, _, note) in notes.iter_mut().filter(|(.., note)| note.block == place.block.name) {
        for row in note.rows.iter_mut().filter(|row| row.key() == place.key) {
            if let Some([before, _]) = row.fields.remove(field) {
                if !touched.contains(id) {
                    touched.push(*id);
                }
                return Some(before);
            }
        }
    }
    None
}

fn text(note: &Note) -> String {
    // A note is texts and nothing else, which JSON can always say.
    serde_json::to_string(note).unwrap_or_default()
}

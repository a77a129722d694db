//! A change in the making, over one or several blocks and keys.

use std::fmt;
use std::time::Duration;

use super::desk::Desk;
use super::error::ChangeMistake;
use super::row::{Edit, Typed};
use crate::block::{self, BlockType, ConfigBlock, KeyedBlock};
use crate::key::{Key, KeyFor};
use crate::path::Target;
use crate::record::Record;
use crate::source::Place;
use crate::value::Value;

/// What a row has to be like.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    /// At this version; 0 for no row.
    Version(u64),
    /// Made before this draft.
    OlderThan(u64),
}

/// A change over one or several blocks and keys, which happens as a whole or not at all.
///
/// Fields are set by type or by path. Nothing is asked of the store before [`plan`](Self::plan), which
/// reads the rows and judges what they would be, or [`apply`](Self::apply), which does the same and
/// then writes.
#[must_use = "it changes nothing until it is applied"]
pub struct ChangeSet {
    pub(super) desk: Desk,
    pub(super) author: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) lasting: Option<Duration>,
    pub(super) edits: Vec<(BlockType, Place, Edit)>,
    pub(super) expected: Vec<(Place, Expected)>,
    /// Where something comes from that is no field any more.
    pub(super) gone: Vec<(Place, Vec<String>)>,
    pub(super) undoes: Option<u64>,
    pub(super) mistakes: Vec<ChangeMistake>,
}

impl ChangeSet {
    pub(crate) fn new(desk: Desk, author: Option<String>) -> Self {
        Self {
            desk,
            author,
            reason: None,
            lasting: None,
            edits: Vec::new(),
            expected: Vec::new(),
            gone: Vec::new(),
            undoes: None,
            mistakes: Vec::new(),
        }
    }

    /// Runs `edit` on the block as the store has it, and takes over the fields that it changes. Of a
    /// keyed block that is the row which the others inherit from.
    pub fn set<T: ConfigBlock>(self, edit: impl FnOnce(&mut T) + Send + 'static) -> Self {
        self.typed::<T>(Ok(None), edit)
    }

    /// Runs `edit` on the copy of `key`, and takes over the fields that it changes; the others go on
    /// inheriting.
    pub fn set_key<T: KeyedBlock>(
        self,
        key: impl KeyFor<T::Key>,
        edit: impl FnOnce(&mut T) + Send + 'static,
    ) -> Self {
        let parts = T::schema().keys.len();
        let key = key.with_joined(|joined| Key::of_joined(joined, parts));
        self.typed::<T>(key.map(Some).map_err(|error| error.to_string()), edit)
    }

    /// Sets the field at `path` to what `text` says, as a column would hold it: `trading.score_threshold`,
    /// `bytes[guild-1].daily_amount`, or a part of a JSON field: `trading.tiers.0.threshold_pct`.
    pub fn set_path(self, path: &str, text: impl Into<String>) -> Self {
        self.at(path, Some(text.into()))
    }

    /// Resets the field at `path`: its default holds again, or what the row inherits. A path that ends
    /// with the block or key resets all fields.
    pub fn unset(self, path: &str) -> Self {
        self.at(path, None)
    }

    /// Says who makes the change; whoever the store knows the connection as, if not said.
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// Says why.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Makes the change only if the row at `path` (`trading`, `bytes[guild-1]`) is at `version`; 0 for
    /// no row. Without it, the version that [`plan`](Self::plan) finds is the one.
    pub fn expect_version(mut self, path: &str, version: u64) -> Self {
        match self.find(path) {
            Some((_, place, _)) if place.block.adopt => {
                self.mistakes.push(ChangeMistake::NoVersions(place.to_string()));
            }
            Some((_, place, _)) => self.expected.push((place, Expected::Version(version))),
            None => {}
        }
        self
    }

    /// Takes the change back by itself after `time`: what it set goes back to what it was, where nobody
    /// has set it since. One of the processes that are there does it, once: it has to be allowed to
    /// write, and know the block. Where push does not work, it may come later by as much as a poll.
    ///
    /// To set such a field again is to say what holds from now on: for good, or with `lasting` until
    /// that is over, and then what held before all of it.
    pub fn lasting(mut self, time: Duration) -> Self {
        self.lasting = Some(time);
        self
    }

    fn typed<T: ConfigBlock>(
        mut self,
        key: Result<Option<Key>, String>,
        edit: impl FnOnce(&mut T) + Send + 'static,
    ) -> Self {
        let schema = T::schema();
        let typed: Typed = Box::new(move |columns| {
            let (before, after) = block::edited(columns, edit)?;
            let pairs = before.into_iter().zip(after).enumerate();
            let changed = pairs.filter(|(_, (before, after))| before != after);
            let text = |index: usize, value: &Value| schema.fields.get(index)?.stored(value);
            Ok(changed.map(|(index, (_, value))| (index, text(index, &value), value)).collect())
        });
        match (self.desk.named(schema.name), key) {
            (None, _) => self.mistakes.push(ChangeMistake::NotRegistered(schema.type_name)),
            (_, Err(problem)) => self.mistakes.push(ChangeMistake::Key(problem)),
            (Some(block), Ok(key)) => {
                self.edits.push((block, Place { block: schema, key }, Edit::Typed(typed)));
            }
        }
        self
    }

    fn at(mut self, path: &str, text: Option<String>) -> Self {
        let Some((block, place, target)) = self.find(path) else {
            return self;
        };
        let edit = match (target.field, text) {
            (None, None) => {
                Edit::Fields((0..place.block.fields.len()).map(|i| (i, None)).collect())
            }
            (None, Some(_)) => {
                let missing = crate::path::ReadError::NoField(path.to_owned());
                self.mistakes.push(missing.into());
                return self;
            }
            (Some(field), text) if target.parts.is_empty() => Edit::Fields(vec![(field, text)]),
            (Some(field), text) => Edit::Part { field, parts: target.parts, text },
        };
        self.edits.push((block, place, edit));
        self
    }

    /// What `path` names; or the mistake is noted.
    pub(crate) fn find(&mut self, path: &str) -> Option<(BlockType, Place, Target)> {
        match Target::of(path, &self.desk.schemas()) {
            Ok(target) => {
                let block = *self.desk.types.get(target.block)?;
                let place = Place { block: block.schema(), key: target.key.clone() };
                Some((block, place, target))
            }
            Err(error) => {
                self.mistakes.push(error.into());
                None
            }
        }
    }

    /// What is wrong with how it is put together.
    pub(crate) fn into_mistakes(self) -> Vec<ChangeMistake> {
        self.mistakes
    }

    /// Sets fields of a row, by their places in the block.
    pub(crate) fn set_fields(
        mut self,
        block: BlockType,
        place: Place,
        fields: Vec<(usize, Option<String>)>,
    ) -> Self {
        self.edits.push((block, place, Edit::Whole(fields)));
        self
    }

    /// Makes the draft of `version` the active row, unless that is newer than the draft.
    pub(crate) fn activate(
        mut self,
        block: BlockType,
        place: Place,
        version: u64,
        draft: Record,
        even_if_newer: bool,
    ) -> Self {
        if !even_if_newer {
            self.expected.push((place.clone(), Expected::OlderThan(version)));
        }
        self.edits.push((block, place, Edit::Draft { version, draft }));
        self
    }

    /// Tells of columns that are no field's any more.
    pub(crate) fn tell_gone(mut self, place: Place, columns: Vec<String>) -> Self {
        self.gone.push((place, columns));
        self
    }

    /// Says which expiring change this undoes.
    pub(crate) fn undoing(mut self, id: u64) -> Self {
        self.undoes = Some(id);
        self
    }
}

/// Shows which rows it is about, and never what it sets.
impl fmt::Debug for ChangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<_> = self.edits.iter().map(|(_, place, _)| place).collect();
        f.debug_struct("ChangeSet").field("places", &places).finish_non_exhaustive()
    }
}

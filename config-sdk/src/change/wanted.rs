//! The rows that a change is about, each with all that is to be done to it.

use std::collections::HashMap;

use super::error::ChangeMistake;
use super::row::Edit;
use crate::block::BlockType;
use crate::source::Place;

/// What is to be done to each row, in the order in which the rows were named; but those that others
/// inherit from come first, so that these are judged by what they will inherit.
#[derive(Default)]
pub(super) struct Wanted {
    rows: Vec<(Place, Vec<(BlockType, Edit)>)>,
    found: HashMap<Place, usize>,
}

impl Wanted {
    pub(super) fn add(&mut self, place: Place, edit: Option<(BlockType, Edit)>) {
        let index = *self.found.entry(place.clone()).or_insert_with(|| {
            self.rows.push((place, Vec::new()));
            self.rows.len() - 1
        });
        if let Some((_, edits)) = self.rows.get_mut(index) {
            edits.extend(edit);
        }
    }

    pub(super) fn finish(
        mut self,
        mistakes: &mut Vec<ChangeMistake>,
    ) -> Vec<(Place, Vec<(BlockType, Edit)>)> {
        for (place, edits) in &self.rows {
            let is_draft = |(_, edit): &(BlockType, Edit)| matches!(edit, Edit::Draft { .. });
            if edits.len() > 1 && edits.iter().any(is_draft) {
                mistakes.push(ChangeMistake::EditedDraft(place.to_string()));
            }
        }
        self.rows.sort_by_key(|(place, _)| place.key.is_some());
        self.rows
    }
}

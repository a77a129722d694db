//! The rows that inherit from one that changes: judged as they would be, before it does.

use std::collections::HashSet;

use super::desk::Desk;
use super::diff::Layers;
use super::error::ChangeError;
use crate::block::{BlockType, Faults};
use crate::record::Record;
use crate::source::Place;

/// Most keys that are judged.
const MOST: usize = 10_000;
/// Most faults that are told: one shared value can spoil every key.
const MOST_FAULTS: usize = 20;

/// What readers would turn away of the keys that inherit from a row, once that is `new`, and would not
/// now; and whether there are more keys than were judged. Those in `known` are judged elsewhere.
pub(super) async fn heirs(
    desk: &Desk,
    block: &BlockType,
    old: Option<&Record>,
    new: &Record,
    known: &HashSet<Place>,
) -> Result<(Faults, bool), ChangeError> {
    let schema = block.schema();
    let (mut faults, mut judged) = (Faults::new(), 0);
    let mut pages = desk.pages(schema, u64::MAX);
    while let Some(page) = pages.next().await? {
        for (key, own) in page.own {
            judged += 1;
            let place = Place { block: schema, key: Some(key) };
            let is_good = |shared| block.judge(&Layers::of(Some(&own), shared).laid());
            if !known.contains(&place)
                && is_good(old).is_ok()
                && let Err(found) = is_good(Some(new))
            {
                faults.extend(found.of_key(place.key.as_ref()));
            }
        }
        if faults.len() >= MOST_FAULTS || judged >= MOST {
            return Ok((faults, true));
        }
    }
    Ok((faults, false))
}

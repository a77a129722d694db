//! The rows that inherit from one that changes: judged as they would be, before it does.

use std::collections::HashSet;

use super::desk::{BlockType, Desk};
use super::diff::Layers;
use super::error::ChangeError;
use crate::block::Faults;
use crate::key::Key;
use crate::record::Record;
use crate::source::{Place, Wanted, Which};

/// Most keys that are judged, and how many are read at a time.
const MOST: usize = 10_000;
const PAGE: usize = 1000;
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
    let (mut faults, mut judged, mut after) = (Faults::new(), 0, None::<Key>);
    loop {
        let which = Which::Page { after: after.as_ref(), limit: PAGE };
        let wanted = Wanted { max_record: u64::MAX, ..Wanted::of(schema, which) };
        let rows = desk.source.load(wanted).await?.rows.own;
        let Some((last, _)) = rows.last() else {
            return Ok((faults, false));
        };
        after = Some(last.clone());
        for (key, own) in rows {
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
}

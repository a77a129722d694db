//! The active rows of places in a Postgres store.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::answer::{self, Answer};
use super::select::{self, Scope, escaped};
use super::text_row::TextRow;
use crate::key::Key;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::ddl::ident;
use crate::source::{Place, SourceError};

/// A row is never left out for its size.
const ANY_SIZE: u64 = i64::MAX as u64;

/// Blocks by name, and which keys of each.
type Asked<'a> = BTreeMap<&'a str, (&'a BlockSchema, Vec<Key>)>;

/// Asks for the active rows of `places`, which are not none, in one statement.
pub(super) fn sql(places: &[Place]) -> String {
    let of = |(block, keys): &(&BlockSchema, Vec<Key>)| {
        let scope = if block.is_keyed() { Scope::Keys(keys) } else { Scope::All };
        select::sql(block, scope, ANY_SIZE)
    };
    asked(places).values().flat_map(of).collect::<Vec<_>>().join(" union all ")
}

/// The active rows of `places`, by an answer that has them.
///
/// # Errors
/// If a row cannot be read, or a place has several.
pub(super) fn found(
    answer: &[TextRow],
    places: &[Place],
) -> Result<Vec<Option<Record>>, SourceError> {
    let answer = Answer::of(answer);
    let mut rows = HashMap::new();
    for (name, (block, keys)) in asked(places) {
        if block.is_keyed() {
            let sorted = by_key(answer.of_block(block), &keys);
            rows.insert(name, sorted.map_err(|why| refused(block, &why))?);
        }
    }
    let one = |place: &Place| {
        check(place)?;
        let block = place.block;
        let Some(rows) = rows.get(block.name) else {
            return answer.only(block).map_err(|why| refused(block, &why));
        };
        match rows.get(&place.key).map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            [row] => answer::record(row, block).map(Some).map_err(|why| refused(block, &why)),
            _ => Err(refused(
                block,
                &format!("table {} has several rows for {place}: leave one", block.table),
            )),
        }
    };
    places.iter().map(one).collect()
}

/// The rows of `wanted` keys, and of none, by their key: a column may take two texts for one value, and
/// a key that is NULL in part is none.
fn by_key<'a>(
    rows: &[&'a TextRow],
    wanted: &[Key],
) -> Result<HashMap<Option<Key>, Vec<&'a TextRow>>, String> {
    let wanted: HashSet<_> = wanted.iter().collect();
    let mut sorted = HashMap::<_, Vec<_>>::new();
    for row in rows {
        let key = row.get("key").unwrap_or_default();
        let key: Vec<Option<String>> =
            serde_json::from_str(key).map_err(|error| answer::unreadable(&error))?;
        let parts = key.iter().map(Option::as_deref).collect::<Option<Vec<_>>>();
        let key = match parts.map(Key::new) {
            None if key.iter().all(Option::is_none) => None,
            Some(Ok(key)) if wanted.contains(&key) => Some(key),
            _ => continue,
        };
        sorted.entry(key).or_default().push(*row);
    }
    Ok(sorted)
}

/// # Errors
/// If the place is none of its block's.
pub(super) fn check(place: &Place) -> Result<(), SourceError> {
    let (found, wanted) =
        (place.key.as_ref().map(|key| key.parts().count()), place.block.keys.len());
    match found {
        Some(found) if found != wanted => Err(SourceError::refused(format!(
            "{place}: the key has {found} parts, and the block's has {wanted}: it is another block's \
             key"
        ))),
        _ => Ok(()),
    }
}

/// The condition that a row of table `t` is one of this place, whatever its state.
pub(super) fn condition(place: &Place) -> String {
    let columns = place.block.keys.iter().map(|key| format!("t.{}", ident(key.name)));
    let same: Vec<_> = match &place.key {
        Some(key) => (columns.zip(key.parts()))
            .map(|(column, part)| format!("{column} = {}", escaped(part)))
            .collect(),
        None => columns.map(|column| format!("{column} is null")).collect(),
    };
    if same.is_empty() { "true".to_owned() } else { same.join(" and ") }
}

fn asked(places: &[Place]) -> Asked<'_> {
    let mut asked = Asked::new();
    for place in places {
        let (_, keys) = asked.entry(place.block.name).or_insert((place.block, Vec::new()));
        keys.extend(place.key.clone());
    }
    asked
}

pub(super) fn refused(block: &BlockSchema, why: &str) -> SourceError {
    SourceError::refused(format!("{}: {why}", block.name))
}

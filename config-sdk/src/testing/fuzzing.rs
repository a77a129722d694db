//! What this project's own fuzzing calls. Not for people: it may change in any release.

use std::collections::BTreeMap;

use crate::block::{BlockType, Candidate, ConfigBlock, Decoder, Faults};
use crate::record::Record;
use crate::refresh;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::source;

/// The record of a row of a block that a store printed like this.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[must_use]
pub fn record<T: ConfigBlock>(row: BTreeMap<String, Option<String>>) -> Record {
    source::record(row, T::schema())
}

/// What readers get of a row with these columns.
///
/// # Errors
/// Everything that is wrong with it.
pub fn judged<T: ConfigBlock>(columns: &BTreeMap<String, Option<String>>) -> Result<T, Faults> {
    Candidate::decode(BlockType::of::<T>(), columns)?.validate()?;
    Ok(T::decode(&mut Decoder::new(T::schema(), columns)))
}

/// The columns of the row that `block` is stored as.
pub fn stored<T: ConfigBlock>(block: &T) -> BTreeMap<String, Option<String>> {
    let fields = T::schema().fields.iter().zip(block.encode());
    fields.map(|(field, value)| (field.column.to_owned(), field.stored(&value))).collect()
}

/// What a pass is told after notifications with these payloads: the epoch that the last one with a
/// number named, and names of blocks.
#[cfg(feature = "postgres")]
pub async fn heard<'a>(payloads: impl IntoIterator<Item = &'a str>) -> (u64, Vec<String>) {
    source::heard(payloads).await
}

/// A file of last good values with this content.
#[must_use]
pub fn sealed(content: &str) -> String {
    refresh::sealed(content)
}

/// What a file of last good values says of a block: nothing, that it had no row, or its row.
///
/// # Errors
/// If the file is not to be believed, or not for this block.
pub fn kept<T: ConfigBlock>(file: &[u8]) -> Result<Option<Option<Record>>, String> {
    refresh::kept(file, T::schema())
}

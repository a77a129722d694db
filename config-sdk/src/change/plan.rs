//! A change against the rows as they are: what it would do, what is wrong with it, and doing it.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::desk::{BlockType, Desk, Stack};
use super::diff::{Layers, differences};
use super::error::{ChangeError, ChangeMistake, Conflict};
use super::expiry;
use super::heirs::heirs;
use super::row::{Edit, PlannedRow, Row};
use super::set::Expected;
use super::{ChangeSet, FieldChange};
use crate::block::Faults;
use crate::record::Record;
use crate::source::{Deed, Entry, Place, Write, WriteError, Written};

/// What a change would do to the rows as they are. `Display` prints it for people.
#[derive(Debug)]
#[must_use = "it changes nothing until it is applied"]
pub struct Plan {
    desk: Desk,
    write: Write,
    lasting: Option<Duration>,
    rows: Vec<PlannedRow>,
    /// Rows that are not written, and have to stay as they are.
    held: Vec<(Place, Option<Record>)>,
    faults: Faults,
}

/// Reads the rows of `set`, and judges what they would be.
pub(super) async fn plan(set: ChangeSet) -> Result<Plan, ChangeError> {
    let ChangeSet { desk, author, reason, lasting, edits, expected, gone, undoes, mut mistakes } =
        set;
    if edits.is_empty() && mistakes.is_empty() && undoes.is_none() {
        mistakes.push(ChangeMistake::Empty);
    }
    if !mistakes.is_empty() {
        return Err(ChangeError::Mistakes(mistakes));
    }
    let mut wanted = Wanted::default();
    edits.into_iter().for_each(|(block, place, edit)| wanted.add(place, Some((block, edit))));
    expected.iter().for_each(|(place, _)| wanted.add(place.clone(), None));
    let wanted = wanted.finish();
    let places: Vec<_> = wanted.iter().map(|(place, _)| place.clone()).collect();
    let stacks = desk.rows(&places).await?;
    surprises(&places, &stacks, &expected)?;

    let mut faults = Faults::new();
    let (mut rows, mut held) = (Vec::<PlannedRow>::new(), Vec::new());
    let mut inherited = HashMap::<Place, Record>::new();
    for ((place, edits), mut stack) in wanted.into_iter().zip(stacks) {
        if let Some(shared) = place.shared() {
            match inherited.get(&shared) {
                Some(record) => stack.shared = Some(record.clone()),
                None => held.push((shared, stack.shared.clone())),
            }
        }
        let Some(block) = edits.first().map(|(block, _)| *block) else {
            held.push((place, stack.own));
            continue;
        };
        let mut row = Row::new(block, place.clone(), stack);
        for (_, edit) in edits {
            if let Err(found) = row.lay(edit) {
                faults.extend(found);
            }
        }
        if place.block.is_keyed() && place.key.is_none() {
            inherited.insert(place.clone(), row.record());
        }
        match row.finish() {
            Ok(mut row) => {
                let gone = gone.iter().filter(|(other, _)| *other == place);
                row.gone = gone.flat_map(|(_, columns)| columns.clone()).collect();
                rows.push(row);
            }
            Err(found) => faults.extend(found),
        }
    }
    let known = rows.iter().map(|row| row.row.place.clone()).collect();
    for row in rows.iter_mut().filter(|row| row.row.has_heirs()) {
        let (old, new) = (row.row.stack.own.as_ref(), row.row.record());
        let (found, unjudged) = heirs(&desk, &row.row.block, old, &new, &known).await?;
        faults.extend(found);
        row.unjudged = unjudged;
    }
    let mut seen = HashSet::new();
    held.retain(|(place, _)| !inherited.contains_key(place) && seen.insert(place.clone()));
    let undoes = undoes.into_iter().collect();
    let write = Write { author, reason, undoes, ..Write::default() };
    Ok(Plan { desk, write, lasting, rows, held, faults })
}

/// What is to be done to each row, in the order in which the rows were named; but those that others
/// inherit from come first, so that these are judged by what they will inherit.
#[derive(Default)]
struct Wanted {
    rows: Vec<(Place, Vec<(BlockType, Edit)>)>,
    found: HashMap<Place, usize>,
}

impl Wanted {
    fn add(&mut self, place: Place, edit: Option<(BlockType, Edit)>) {
        let index = *self.found.entry(place.clone()).or_insert_with(|| {
            self.rows.push((place, Vec::new()));
            self.rows.len() - 1
        });
        if let Some((_, edits)) = self.rows.get_mut(index) {
            edits.extend(edit);
        }
    }

    fn finish(mut self) -> Vec<(Place, Vec<(BlockType, Edit)>)> {
        self.rows.sort_by_key(|(place, _)| place.key.is_some());
        self.rows
    }
}

/// Fails if a row is not at the version that was expected.
fn surprises(
    places: &[Place],
    stacks: &[Stack],
    expected: &[(Place, Expected)],
) -> Result<(), ChangeError> {
    let surprise = |(place, expected): &(Place, Expected)| {
        let index = places.iter().position(|other| other == place)?;
        let now = stacks.get(index)?.own.as_ref();
        let have = now.map_or(0, |now| now.version);
        let draft = match *expected {
            Expected::Version(version) if have != version => None,
            Expected::OlderThan(draft) if have > draft => Some(draft),
            _ => return None,
        };
        let version = match *expected {
            Expected::Version(version) | Expected::OlderThan(version) => version,
        };
        Some(Conflict { draft, ..Conflict::new(place, version, now) })
    };
    let conflicts: Vec<_> = expected.iter().filter_map(surprise).collect();
    if conflicts.is_empty() { Ok(()) } else { Err(ChangeError::Conflict(conflicts)) }
}

impl Plan {
    /// The rows as they would be. Those with faults are not among them.
    #[must_use]
    pub fn rows(&self) -> &[PlannedRow] {
        &self.rows
    }

    /// Everything that is wrong: readers would turn these rows away, so that nothing can be applied.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Whether applying it would change anything.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.rows.iter().any(|row| !row.fields.is_empty())
    }

    /// Makes the change, if the rows are still those that it was planned with: all of it in one
    /// transaction, under one epoch. If this is dropped, it has happened or not, and never by half.
    ///
    /// # Errors
    /// With all faults, if there are any; with what changed meanwhile, if anything did; or if the
    /// store refuses.
    pub async fn apply(self) -> Result<Applied, ChangeError> {
        let Self { desk, mut write, lasting, rows, held, faults } = self;
        faults.into_result().map_err(ChangeError::Rejected)?;
        if let Some(time) = lasting {
            let note = expiry::note(&write, &rows)?;
            if rows.iter().any(|row| row.row.entry().is_some()) {
                write.expires.push((time, note));
            }
        }
        write.entries = rows.iter().filter_map(|row| row.row.entry()).collect();
        hold(&mut write, held);
        let done = commit(&desk, &write, &rows).await?;
        // The entries are those of rows that change, in the order of the rows.
        let mut versions = done.versions.into_iter();
        let rows = rows.into_iter().map(|row| AppliedRow {
            version: row.row.entry().and_then(|_| versions.next()).unwrap_or(row.version),
            place: row.place,
            fields: row.fields,
        });
        Ok(Applied { epoch: done.epoch, rows: rows.collect() })
    }

    /// Saves the rows as drafts, beside those that are there. Nobody reads them until they are
    /// activated.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub async fn save(self) -> Result<Saved, ChangeError> {
        let Self { desk, mut write, lasting, rows, held, faults } = self;
        faults.into_result().map_err(ChangeError::Rejected)?;
        if lasting.is_some() {
            return Err(ChangeMistake::LastingDraft.into());
        }
        write.entries = rows.iter().map(|row| row.row.saved()).collect();
        hold(&mut write, held);
        let done = commit(&desk, &write, &rows).await?;
        let names = rows.iter().zip(done.versions);
        Ok(Saved { drafts: names.map(|(row, version)| (row.place.clone(), version)).collect() })
    }
}

/// Rows that the others were judged with have to stay as they are.
fn hold(write: &mut Write, held: Vec<(Place, Option<Record>)>) {
    let held = held.into_iter().map(|(place, from)| Entry::new(place, from, Deed::Hold));
    write.entries.extend(held);
}

/// Writes, or says what changed under whom.
pub(super) async fn commit(
    desk: &Desk,
    write: &Write,
    rows: &[PlannedRow],
) -> Result<Written, ChangeError> {
    let conflicts = match desk.writer()?.write(write).await {
        Ok(written) => return Ok(written),
        Err(WriteError::Store(error)) => return Err(error.into()),
        Err(WriteError::Undone) => Vec::new(),
        Err(WriteError::Conflict(conflicts)) => conflicts,
    };
    let told = conflicts.iter().map(|(place, now)| {
        let entry = write.entries.iter().find(|entry| entry.place == *place);
        let from = entry.and_then(|entry| entry.from.as_ref());
        let row = rows.iter().find(|row| row.row.place == *place);
        let shared = row.and_then(|row| row.row.stack.shared.as_ref());
        let layers = |record| Layers::of(record, shared);
        let block = desk.named(place.block.name);
        let fields = block.map(|block| differences(&block, layers(from), layers(now.as_ref())));
        let expected = from.map_or(0, |from| from.version);
        let fields = fields.unwrap_or_default();
        Conflict { fields, ..Conflict::new(place, expected, now.as_ref()) }
    });
    Err(ChangeError::Conflict(told.collect()))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.rows.iter().map(ToString::to_string);
        let faults = self.faults.iter().map(|fault| format!("refused: {fault}"));
        let lines: Vec<_> = lines.chain(faults).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Serialize for Plan {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut plan = serializer.serialize_struct("Plan", 2)?;
        plan.serialize_field("rows", &self.rows)?;
        plan.serialize_field("faults", &self.faults)?;
        plan.end()
    }
}

/// What a change did.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// The store's epoch with it, for [`Config::wait_for`](crate::Config::wait_for).
    pub epoch: u64,
    /// The rows that it was about.
    pub rows: Vec<AppliedRow>,
}

/// A row that a change was about.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AppliedRow {
    /// Where.
    pub place: String,
    /// The version that is there now.
    pub version: u64,
    /// What changed.
    pub fields: Vec<FieldChange>,
}

/// Drafts that were saved: each by its place and version, as `trading` and 8.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Saved {
    /// The drafts.
    pub drafts: Vec<(String, u64)>,
}

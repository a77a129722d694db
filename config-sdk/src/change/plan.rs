//! A change against the rows as they are: what it would do, and what is wrong with it.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Serialize;

use super::ChangeSet;
use super::applied::{Applied, AppliedRow, Saved};
use super::desk::{Desk, Stack};
use super::diff::{Layers, differences};
use super::error::{ChangeError, ChangeMistake, Conflict};
use super::expiry::Pending;
use super::heirs::heirs;
use super::planned::PlannedRow;
use super::row::Row;
use super::set::Expected;
use super::wanted::Wanted;
use crate::block::Faults;
use crate::record::Record;
use crate::source::{Deed, Entry, Place, Write, WriteError, Written};

/// What a change would do to the rows as they are. `Display` prints it for people.
#[derive(Debug)]
#[must_use = "it changes nothing until it is applied"]
pub struct Plan {
    desk: Desk,
    /// Who and why; what it makes of changes for a time, and what it begins of that.
    write: Write,
    is_lasting: bool,
    rows: Vec<PlannedRow>,
    /// Rows that are not written, and have to stay as they are.
    held: Vec<(Place, Option<Record>)>,
    faults: Faults,
}

impl ChangeSet {
    /// Reads the rows, and judges what they would be. Writes nothing. Cancel safe.
    ///
    /// # Errors
    /// If the change is put together wrongly, an expected version is not the one that is there, or
    /// the store cannot be read. Broken rules are no error but part of the [plan](Plan::faults).
    pub async fn plan(self) -> Result<Plan, ChangeError> {
        plan(self).await
    }

    /// Makes the change. If this is dropped, it has happened or not, and never by half.
    ///
    /// # Errors
    /// As [`plan`](Self::plan) and [`Plan::apply`].
    pub async fn apply(self) -> Result<Applied, ChangeError> {
        self.plan().await?.apply().await
    }

    /// Saves what the rows would be as drafts beside them.
    ///
    /// # Errors
    /// As [`plan`](Self::plan) and [`Plan::save`].
    pub async fn save(self) -> Result<Saved, ChangeError> {
        self.plan().await?.save().await
    }
}

/// Reads the rows of `set`, and judges what they would be.
async fn plan(set: ChangeSet) -> Result<Plan, ChangeError> {
    let ChangeSet { desk, author, reason, lasting, edits, expected, gone, undoes, mut mistakes } =
        set;
    if edits.is_empty() && mistakes.is_empty() && undoes.is_none() {
        mistakes.push(ChangeMistake::Empty);
    }
    let mut wanted = Wanted::default();
    edits.into_iter().for_each(|(block, place, edit)| wanted.add(place, Some((block, edit))));
    expected.iter().for_each(|(place, _)| wanted.add(place.clone(), None));
    let wanted = wanted.finish(&mut mistakes);
    if !mistakes.is_empty() {
        return Err(ChangeError::Mistakes(mistakes));
    }
    let places: Vec<_> = wanted.iter().map(|(place, _)| place.clone()).collect();
    let stacks = desk.rows(&places).await?;
    surprises(&places, &stacks, &expected)?;

    let mut faults = Faults::new();
    let (mut rows, mut held) = (Vec::<PlannedRow>::new(), Vec::new());
    let mut inherited = HashMap::<Place, Record>::new();
    for ((place, edits), stack) in wanted.into_iter().zip(stacks) {
        let mut inherits = stack.shared.clone();
        if let Some(shared) = place.shared() {
            match inherited.get(&shared) {
                Some(record) => inherits = Some(record.clone()),
                None => held.push((shared, stack.shared.clone())),
            }
        }
        let Some(block) = edits.first().map(|(block, _)| *block) else {
            held.push((place, stack.own));
            continue;
        };
        let mut row = Row::new(block, place.clone(), stack, inherits);
        for (_, edit) in edits {
            if let Err(found) = row.lay(edit) {
                faults.extend(found);
            }
        }
        if place.block.is_keyed() && place.key.is_none() {
            inherited.insert(place.clone(), row.record());
        }
        let own = row.stack.own.clone();
        match row.finish(desk.max_record) {
            Ok(mut row) => {
                let gone = gone.iter().filter(|(other, _)| *other == place);
                row.gone = gone.flat_map(|(_, columns)| columns.clone()).collect();
                // What the table still has a column for is retired, or its owner's.
                let has =
                    |column: &String| own.as_ref().is_some_and(|o| o.columns.contains_key(column));
                let is_retired = |column: &String| place.block.retired.contains(&column.as_str());
                row.gone.retain(|column| is_retired(column) || !has(column));
                rows.push(row);
            }
            Err(found) => faults.extend(found),
        }
    }
    let known = rows.iter().map(|row| row.row.place.clone()).collect();
    for row in rows.iter_mut().filter(|row| row.has_heirs()) {
        let (old, new) = (row.row.stack.own.as_ref(), row.row.record());
        let (found, unjudged) = heirs(&desk, &row.row.block, old, &new, &known).await?;
        faults.extend(found);
        row.unjudged = unjudged;
    }
    let mut seen = HashSet::new();
    held.retain(|(place, _)| !inherited.contains_key(place) && seen.insert(place.clone()));
    let undoing = undoes.is_some();
    let undoes = undoes.into_iter().collect();
    let mut write = Write { author, reason, undoes, ..Write::default() };
    if !undoing {
        Pending::read(&desk).await?.settle(&mut write, &mut rows, lasting)?;
    }
    Ok(Plan { desk, write, is_lasting: lasting.is_some(), rows, held, faults })
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

    /// Whether applying it would change anything: a row, or when one goes back by itself.
    #[must_use]
    pub fn is_change(&self) -> bool {
        let is_settled = !self.write.undoes.is_empty() || !self.write.expires.is_empty();
        is_settled || self.rows.iter().any(|row| !row.fields.is_empty())
    }

    /// Makes the change, if the rows are still those that it was planned with: all of it in one
    /// transaction, under one epoch. If this is dropped, it has happened or not, and never by half.
    ///
    /// # Errors
    /// With all faults, if there are any; with what changed meanwhile, if anything did; or if the
    /// store refuses.
    pub async fn apply(self) -> Result<Applied, ChangeError> {
        let Self { desk, mut write, rows, held, faults, .. } = self;
        faults.into_result().map_err(ChangeError::Rejected)?;
        // Those that do not change have to stay as they are as well: they were asked for.
        write.entries = rows.iter().map(|row| row.entry()).collect();
        hold(&mut write, held);
        let done = commit(&desk, &write, &rows).await?;
        let rows = rows.into_iter().zip(done.versions).map(|(row, version)| AppliedRow {
            place: row.place,
            version,
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
        let Self { desk, write, is_lasting, rows, held, faults } = self;
        faults.into_result().map_err(ChangeError::Rejected)?;
        if is_lasting {
            return Err(ChangeMistake::LastingDraft.into());
        }
        let Write { author, reason, .. } = write;
        let entries = rows.iter().map(|row| row.row.saved()).collect();
        let mut write = Write { author, reason, entries, ..Write::default() };
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
        Err(WriteError::Undone) => return Err(ChangeError::Overtaken),
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

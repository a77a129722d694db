//! What an operator's write is in SQL.

use std::collections::{HashMap, HashSet};

use super::refusal::without_nul;
use super::select::escaped;
use super::statement::{self, Statement};
use super::text_row::TextRow;
use super::{fleet, places};
use crate::record::Record;
use crate::source::{Deed, Entry, Place, SourceError, Write, WriteError, Written, checked};

/// How long a row of an adopted table is waited for: shorter than the server lets two wait for each
/// other, so that it is we who give way, and not the transaction of the table's owner.
const GIVE_WAY: &str = "300ms";

/// How long everything else is.
const PATIENCE: &str = "5s";

/// Deeds that can be done, and where.
pub(super) struct Deeds<'a> {
    pub(super) write: &'a Write,
    /// The place of each.
    pub(super) places: Vec<Place>,
}

/// The row of an entry, and its version if it has one.
pub(super) type Row = (usize, Option<u64>);

impl<'a> Deeds<'a> {
    /// # Errors
    /// If one of them cannot be done, whatever is there.
    pub(super) fn of(write: &'a Write) -> Result<Self, WriteError> {
        checked::check(write)?;
        for (_, note) in &write.expires {
            without_nul("the note", note)?;
        }
        if write.undoes.iter().any(|id| i64::try_from(*id).is_err()) {
            return Err(WriteError::Undone);
        }
        Ok(Self { write, places: write.entries.iter().map(|entry| entry.place.clone()).collect() })
    }

    /// Whether a row of what is written may hold a secret: what the server says may quote any of it.
    pub(super) fn hold_secrets(&self) -> bool {
        self.places.iter().any(|place| place.block.fields.iter().any(|field| field.secret))
    }

    /// Says who writes and why, waits for its turn, and asks what is there: for an answer of
    /// [`places::found`] and [`conflicts`](Self::conflicts).
    pub(super) fn begin(&self) -> String {
        let said = |what: &str, text: &Option<String>| {
            let text = escaped(text.as_deref().unwrap_or_default());
            format!("set_config('config_sdk.{what}', {text}, true)")
        };
        let author = said("author", &self.write.author);
        let mut sql = vec![
            format!("select {author}, {}", said("reason", &self.write.reason)),
            "select config_sdk.begin_write() as next".to_owned(),
            "set local timezone = 'UTC'".to_owned(),
        ];
        let undone = |id| format!("select config_sdk.undo({id}) as undone");
        sql.extend(self.write.undoes.iter().map(undone));
        sql.push(patience(GIVE_WAY));
        sql.extend(self.places.iter().filter(|place| place.block.adopt).map(statement::lock));
        sql.push(patience(PATIENCE));
        if !self.places.is_empty() {
            sql.push(places::sql(&self.places));
        }
        let entries = self.write.entries.iter().enumerate();
        sql.extend(entries.filter_map(|(number, entry)| statement::has_draft(number, entry)));
        sql.join("; ")
    }

    /// The places where something else is `there` than an entry was made from, by that answer.
    pub(super) fn conflicts(
        &self,
        answer: &[TextRow],
        there: &[Option<Record>],
    ) -> Vec<(Place, Option<Record>)> {
        let drafts: HashSet<_> =
            answer.iter().filter_map(|row| number_of(row, "draft_of")).collect();
        let mut told = HashSet::new();
        let mut conflicts = Vec::new();
        for (number, (entry, there)) in (0..).zip(self.write.entries.iter().zip(there)) {
            let is_held = checked::is_from(entry, there.as_ref())
                && (statement::draft(entry).is_none() || drafts.contains(&number));
            if !is_held && told.insert(&entry.place) {
                conflicts.push((entry.place.clone(), there.clone()));
            }
        }
        conflicts
    }

    /// Does it all where these rows are `there`, the answer of [`begin`](Self::begin) being `begun`. The
    /// last one says the epoch.
    pub(super) fn finish(&self, begun: &[TextRow], there: &[Option<Record>]) -> Vec<Statement> {
        // What the tables' own triggers and defaults make of time is as they are used to.
        let mut all = vec![Statement::plain("set local timezone to default".to_owned())];
        for (number, (entry, there)) in self.write.entries.iter().zip(there).enumerate() {
            let statements = statement::of(number, entry, there.is_some());
            let gives_way = entry.place.block.adopt && !statements.is_empty();
            all.extend(gives_way.then(|| Statement::plain(patience(GIVE_WAY))));
            all.extend(statements);
            all.extend(gives_way.then(|| Statement::plain(patience(PATIENCE))));
        }
        let next = begun.iter().find_map(|row| number_of(row, "next")).unwrap_or_default();
        let adopted = self.write.entries.iter().zip(there);
        let adopted = adopted
            .filter(|(entry, there)| entry.place.block.adopt && changes(entry, there.as_ref()));
        let mut rest: Vec<_> =
            adopted.map(|(entry, _)| statement::tell(&entry.place, next)).collect();
        rest.extend(self.write.expires.iter().map(|(after, note)| {
            format!("select config_sdk.expire_in({}, {})", fleet::interval(*after), escaped(note))
        }));
        rest.push("select epoch from config_sdk.epoch".to_owned());
        all.extend(rest.into_iter().map(Statement::plain));
        all
    }

    /// What came of it, by the rows that were written; it is what is there now, where nothing was to
    /// be done.
    pub(super) fn written(&self, epoch: u64, rows: &[Row], there: &[Option<Record>]) -> Written {
        let mut versions: Vec<u64> =
            there.iter().map(|there| there.as_ref().map_or(0, |there| there.version)).collect();
        let mut active = HashMap::new();
        for (number, version) in rows {
            let entry = self.write.entries.get(*number);
            if let (Some(slot), Some(version), Some(entry)) =
                (versions.get_mut(*number), version, entry)
            {
                *slot = *version;
                if !matches!(entry.deed, Deed::Save(_)) {
                    active.insert(&entry.place, *version);
                }
            }
        }
        for (slot, entry) in versions.iter_mut().zip(&self.write.entries) {
            if let (Deed::Hold | Deed::Discard(_), Some(version)) =
                (&entry.deed, active.get(&entry.place))
            {
                *slot = *version;
            }
        }
        Written::new(epoch, versions)
    }
}

fn patience(time: &str) -> String {
    format!("set local lock_timeout = '{time}'")
}

/// The number of that name in a row.
pub(super) fn number_of(row: &TextRow, name: &str) -> Option<u64> {
    row.get(name)?.parse().ok()
}

/// The row that an answer is of.
pub(super) fn row_of(row: &TextRow) -> Option<Row> {
    let number = usize::try_from(number_of(row, "entry")?).ok()?;
    Some((number, number_of(row, "version")))
}

/// The new epoch, by the last of the answers.
///
/// # Errors
/// If the server did not say it.
pub(super) fn epoch_of(answer: &[TextRow]) -> Result<u64, SourceError> {
    let epoch = answer.iter().rev().find_map(|row| number_of(row, "epoch"));
    epoch.ok_or_else(|| SourceError::refused("the server did not say the new epoch"))
}

/// Whether an entry makes of the row that is `there` another.
fn changes(entry: &Entry, there: Option<&Record>) -> bool {
    match (&entry.deed, there) {
        (Deed::Set(texts), Some(there)) => {
            let text = |column| there.columns.get(column).and_then(Option::as_ref);
            texts.0.iter().any(|(column, new)| new.as_ref() != text(column))
        }
        (Deed::Set(_), None) => true,
        _ => false,
    }
}

//! How an adopted table differs from what its block needs: everything about it is its owner's.

use super::{Drift, drift, retyped_column};
use crate::source::ddl::{Blueprint, Found, Part, Piece};

/// What is said of a column that is not there.
const MISSING: &str = "is missing";

#[cfg(feature = "sqlite")]
impl Drift {
    /// What is offered to the owner of an adopted table that has triggers of ours: they agreed to them,
    /// so those of another release, or of the struct as it was, may be replaced.
    pub(crate) fn agreed(self, wanted: &Blueprint<'_>) -> Self {
        if !self.offered {
            return self;
        }
        let table = &wanted.table;
        Self {
            what: format!(
                "the triggers that tell of changes of table {table} are not what the type says, so \
                 that changes are found by polling"
            ),
            deed: format!("replaced the triggers that tell of changes of table {table}"),
            safe: true,
            ..self
        }
    }
}

/// What is missing or of another type, and what would tell of changes.
pub(super) fn drifts(wanted: &Blueprint<'_>, found: &Found) -> Vec<Drift> {
    let table = &wanted.table;
    let has = |part: &Part| found.parts.get(&(part.piece, part.name.clone()));
    let mut drifts = Vec::new();
    let mut triggers = Vec::new();
    for part in &wanted.parts {
        match (part.piece, has(part)) {
            (Piece::Table, None) => {
                let what = format!("table {table} is missing, and the block adopts it as it is");
                return vec![Drift { what, ..drift(wanted, String::new()) }];
            }
            (Piece::Column, None) => drifts.push(Drift {
                column: part.column.clone(),
                what: format!("column `{}` {MISSING}", part.name),
                ..drift(wanted, part.sql.clone())
            }),
            (Piece::Column, Some(have)) if *have != part.identity && !wanted.is_key(&part.name) => {
                drifts.push(retyped_column(wanted, part, have));
            }
            (Piece::Trigger, have) if have != Some(&part.identity) => triggers.push(&*part.sql),
            _ => {}
        }
    }
    // Triggers that name a column which is not there would stop others from writing to the table.
    let is_whole = drifts.iter().all(|drift| !drift.what.ends_with(MISSING));
    if is_whole && !triggers.is_empty() {
        drifts.push(Drift {
            what: format!(
                "nothing in table {table} tells of its changes, which are found by polling: its owner \
                 may add triggers that do"
            ),
            deed: format!("added triggers to table {table} that tell of its changes"),
            offered: true,
            ..drift(wanted, triggers.join("\n"))
        });
    }
    drifts
}

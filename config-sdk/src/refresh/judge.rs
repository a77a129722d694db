//! What becomes of one block that a source has answered for.

use tracing::{info, warn};

use super::event::Event;
use super::pass::{Ask, Refresher};
use super::report::Outcome;
use super::track::Refused;
use crate::block::Faults;
use crate::cell::{Meta, Origin, Ready, Turn};
use crate::record::Record;
use crate::source::Found;

/// What becomes of one block, and what there is to tell of it.
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    pub(super) turn: Option<Turn>,
    pub(super) events: Vec<Event>,
}

impl Verdict {
    fn only(outcome: Outcome) -> Self {
        Self {
            outcome,
            turn: None,
            events: Vec::new(),
        }
    }
}

/// Decides what becomes of the block at `place`, and remembers it.
pub(super) fn judge(
    refresher: &mut Refresher,
    place: usize,
    found: &Found,
    epoch: u64,
    ask: &Ask<'_>,
) -> Verdict {
    let name = refresher.cell(place).schema().name;
    match found {
        Err(reason) => unreadable(refresher, place, reason),
        Ok(record) => {
            let track = &mut refresher.tracks[place];
            track.unreadable = None;
            track.confirm();
            if track.read.as_ref() == Some(record) {
                track.refused = None;
                return Verdict::only(Outcome::Unchanged);
            }
            let same = |refused: &&Refused| Some(&refused.record) == record.as_ref();
            if let Some(refused) = track.refused.as_ref().filter(same)
                && !ask.force.names(name)
            {
                let faults = refused.faults.clone();
                return Verdict::only(Outcome::Rejected { faults });
            }
            match decode(refresher, place, record.as_ref()) {
                Ok(ready) => accept(refresher, place, record, ready, epoch, ask),
                Err(faults) => refuse(refresher, place, record.as_ref(), faults),
            }
        }
    }
}

/// Of a block whose own code panicked where no rule of it was being checked.
pub(super) fn panicked(refresher: &mut Refresher, place: usize) -> Verdict {
    unreadable(
        refresher,
        place,
        "its code panicked while it was compared or encoded",
    )
}

/// The compiled-in defaults, with the environment over them.
pub(super) fn defaults(refresher: &Refresher, place: usize) -> Option<Turn> {
    let cell = refresher.cell(place);
    let columns = refresher.overlay.lay(cell.schema(), None, None);
    let (origin, fields) = refresher
        .overlay
        .origins(cell.schema(), &columns, Origin::Default);
    let ready = cell.judge(&columns).ok()?;
    let epoch = cell.meta().epoch;
    let meta = Meta {
        epoch,
        ..Meta::unstored(cell.schema().name, origin, fields)
    };
    Some(Turn::Publish(ready, meta))
}

fn unreadable(refresher: &mut Refresher, place: usize, reason: &str) -> Verdict {
    let block = refresher.cell(place).schema().name;
    let known = refresher.tracks[place]
        .unreadable
        .replace(reason.to_owned());
    let mut verdict = Verdict::only(Outcome::Unavailable {
        reason: reason.to_owned(),
    });
    if known.as_deref() != Some(reason) {
        warn!(
            block,
            reason, "the block cannot be read; its last good value stays"
        );
        verdict.events.push(Event::Unavailable {
            block,
            reason: reason.to_owned(),
        });
    }
    verdict
}

/// Decodes and validates what readers would get, and notes which fields wait for a restart.
fn decode(
    refresher: &mut Refresher,
    place: usize,
    record: Option<&Record>,
) -> Result<Ready, Faults> {
    let cell = refresher.cell(place);
    let schema = cell.schema();
    let held = refresher.tracks[place].held.as_ref();
    let columns = refresher.overlay.lay(schema, record, held);
    let ready = cell
        .judge(&columns)
        .map_err(|faults| refresher.overlay.blame(schema, faults))?;
    let mut pending = Vec::new();
    if held.is_some() {
        let stored = cell.judge(&refresher.overlay.lay(schema, record, None));
        let stored = stored.map_err(|faults| refresher.overlay.blame(schema, faults))?;
        let values = schema
            .fields
            .iter()
            .zip(stored.values.iter().zip(&ready.values));
        pending.extend(
            values
                .filter(|(_, (a, b))| a != b)
                .map(|(field, _)| field.name),
        );
    }
    refresher.tracks[place].pending_restart = pending;
    Ok(ready)
}

fn accept(
    refresher: &mut Refresher,
    place: usize,
    record: &Option<Record>,
    ready: Ready,
    epoch: u64,
    ask: &Ask<'_>,
) -> Verdict {
    let cell = refresher.cell(place);
    let schema = cell.schema();
    let held = refresher.tracks[place].held.as_ref();
    let columns = refresher.overlay.lay(schema, record.as_ref(), held);
    let below = if record.is_some() {
        Origin::Store
    } else {
        Origin::Default
    };
    let (origin, fields) = refresher.overlay.origins(schema, &columns, below);
    let mut meta = Meta {
        epoch,
        ..Meta::unstored(schema.name, origin, fields)
    };
    if let Some(record) = record {
        meta.version = record.version;
        meta.author.clone_from(&record.author);
        meta.time = record.time;
        meta.reason.clone_from(&record.reason);
    }
    let pairs = cell.values().into_iter().zip(&ready.values);
    let names = schema.fields.iter().map(|field| field.name);
    let changed: Vec<_> = names
        .zip(pairs)
        .filter(|(_, (old, new))| old != *new)
        .collect();
    let changed: Vec<_> = changed.into_iter().map(|(name, _)| name).collect();

    let mut events: Vec<_> = ready
        .clamped
        .iter()
        .map(|clamped| {
            let (field, from, to) = (clamped.field, &clamped.from, clamped.to.to_string());
            warn!(
                block = schema.name,
                field, from, to, "a value out of range was brought into it"
            );
            Event::Clamped {
                block: schema.name,
                field,
                from: from.clone(),
                to,
            }
        })
        .collect();
    let track = &mut refresher.tracks[place];
    track.read = Some(record.clone());
    track.refused = None;
    if changed.is_empty() {
        let turn = Some(Turn::Restamp(meta));
        return Verdict {
            outcome: Outcome::Unchanged,
            turn,
            events,
        };
    }
    let (version, trigger) = (meta.version, ask.trigger);
    info!(block = schema.name, version, epoch, %trigger, fields = changed.join(","), "published");
    events.push(Event::Published {
        block: schema.name,
        version,
        epoch,
        fields: changed.clone(),
        trigger,
    });
    Verdict {
        outcome: Outcome::Changed { fields: changed },
        turn: Some(Turn::Publish(ready, meta)),
        events,
    }
}

fn refuse(
    refresher: &mut Refresher,
    place: usize,
    record: Option<&Record>,
    faults: Faults,
) -> Verdict {
    let block = refresher.cell(place).schema().name;
    let record = record.cloned().unwrap_or_default();
    let version = record.version;
    let refused = Refused {
        record,
        faults: faults.clone(),
    };
    let known = refresher.tracks[place].refused.replace(refused);
    let mut verdict = Verdict::only(Outcome::Rejected {
        faults: faults.clone(),
    });
    if known.is_none_or(|known| known.faults != faults || known.record.version != version) {
        for fault in &faults {
            warn!(block, version, %fault, "a row was turned away; the last good value stays");
        }
        verdict.events.push(Event::Rejected {
            block,
            version,
            faults,
        });
    }
    verdict
}

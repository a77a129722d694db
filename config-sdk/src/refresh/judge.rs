//! What becomes of one block that a source has answered for.

use std::time::SystemTime;

use tracing::{info, warn};

use super::Overlay;
use super::event::{Event, Trigger};
use super::report::Outcome;
use super::track::{Refused, Track};
use crate::block::{Columns, Faults, too_large};
use crate::cell::{Erased, Meta, Origin, Ready, Turn};
use crate::record::Record;
use crate::schema::{BlockSchema, FieldSchema, Kind};
use crate::source::Found;
use crate::time::rfc3339;

/// One block before the judge: what readers have, what lies over its rows, what is remembered.
pub(super) struct Judge<'a> {
    pub(super) cell: &'a dyn Erased,
    pub(super) overlay: &'a Overlay,
    pub(super) track: &'a mut Track,
    /// How many bytes of text a record may hold.
    pub(super) max_record: u64,
}

/// The pass that a block is judged in.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub(super) epoch: u64,
    pub(super) trigger: Trigger,
    /// Whether the block was asked for, so that a row turned away before gets another chance.
    pub(super) forced: bool,
}

/// What becomes of a block, and what there is to tell of it.
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    pub(super) turn: Option<Turn>,
    pub(super) events: Vec<Event>,
}

impl Verdict {
    fn only(outcome: Outcome) -> Self {
        Self { outcome, turn: None, events: Vec::new() }
    }
}

impl Judge<'_> {
    /// Decides what becomes of the block, and remembers it.
    pub(super) fn judge(&mut self, found: &Found, round: Round) -> Verdict {
        let record = match found {
            Ok(record) => record,
            Err(reason) => return self.unreadable(reason),
        };
        let readable_again = self.track.unreadable.take().is_some();
        if readable_again {
            info!(block = self.cell.schema().name, "the block can be read again");
        }
        self.track.confirm();
        if self.track.read.as_ref() == Some(record) {
            let version = self.cell.meta().version;
            let events = self.accepted_again(version, readable_again).into_iter().collect();
            return Verdict { outcome: Outcome::Unchanged, turn: None, events };
        }
        let same = |refused: &&Refused| Some(&refused.record) == record.as_ref();
        if let Some(refused) = self.track.refused.as_ref().filter(same)
            && !round.forced
        {
            let faults = refused.faults.clone();
            return Verdict::only(Outcome::Rejected { faults });
        }
        match self.decode(record.as_ref()) {
            Ok((columns, ready)) => self.accept(record, &columns, ready, round),
            Err(faults) => self.refuse(record.as_ref(), faults),
        }
    }

    /// The block cannot be read: its last good value stays.
    pub(super) fn unreadable(&mut self, reason: &str) -> Verdict {
        let block = self.cell.schema().name;
        let reason = reason.to_owned();
        let known = self.track.unreadable.replace(reason.clone());
        let mut verdict = Verdict::only(Outcome::Unavailable);
        if known.as_ref() != Some(&reason) {
            warn!(block, reason, "the block cannot be read; its last good value stays");
            verdict.events.push(Event::Unavailable { block, reason });
        }
        verdict
    }

    /// Goes back to a row that was kept on disk at `time`, for a block that the store has not
    /// answered for; not to one that today's rules refuse.
    pub(super) fn recall(&mut self, record: Option<Record>, time: SystemTime) -> Option<Turn> {
        let block = self.cell.schema().name;
        match self.decode(record.as_ref()) {
            Ok((columns, ready)) => {
                info!(block, kept = %rfc3339(time), "the last good value on disk is used");
                let meta = self.meta(record.as_ref(), Origin::Disk, &columns, 0);
                self.track.recall(record, time);
                Some(Turn::Publish(ready, meta))
            }
            Err(faults) => {
                warn!(block, %faults, "the last good value on disk breaks today's rules");
                None
            }
        }
    }

    /// The compiled-in defaults, with what lies over every row over them.
    pub(super) fn defaults(&mut self) -> Option<(Turn, Event)> {
        let columns = self.overlay.lay(self.cell.schema(), None, self.track.held.as_ref());
        let ready = self.cell.judge(&columns).ok()?;
        let epoch = self.cell.meta().epoch;
        let meta = self.meta(None, Origin::Default, &columns, epoch);
        let fields = self.differing(&ready, None);
        let (block, trigger) = (self.cell.schema().name, Trigger::Expiry);
        let event = Event::Published { block, version: 0, epoch, fields, trigger };
        Some((Turn::Publish(ready, meta), event))
    }

    /// Decodes and validates what readers would get, and notes which fields wait for a restart.
    fn decode(&mut self, record: Option<&Record>) -> Result<(Columns, Ready), Faults> {
        let schema = self.cell.schema();
        if let Some(size) = record.and_then(|record| record.left_out) {
            return Err(too_large(schema, size, self.max_record));
        }
        let held = self.track.held.as_ref();
        let valid = |columns: &Columns, held: Option<&Columns>| {
            let judged = self.cell.judge(columns);
            judged.map_err(|faults| self.overlay.blame(schema, record, held, faults))
        };
        let columns = self.overlay.lay(schema, record, held);
        let ready = valid(&columns, held)?;
        let mut pending = Vec::new();
        if held.is_some() {
            let stored = valid(&self.overlay.lay(schema, record, None), None)?;
            let pairs = stored.values.iter().zip(&ready.values);
            let fields = schema.fields.iter().zip(pairs);
            pending.extend(fields.filter(|(_, (a, b))| a != b).map(|(field, _)| field.name));
        }
        self.track.pending_restart = pending;
        Ok((columns, ready))
    }

    fn accept(
        &mut self,
        record: &Option<Record>,
        columns: &Columns,
        ready: Ready,
        round: Round,
    ) -> Verdict {
        let block = self.cell.schema().name;
        let meta = self.meta(record.as_ref(), Origin::Store, columns, round.epoch);
        let fields = self.differing(&ready, record.as_ref());
        let mut events = self.clamped(&ready);
        self.track.read = Some(record.clone());
        let again = self.accepted_again(meta.version, false);
        if fields.is_empty() {
            events.extend(again);
            let turn = Some(Turn::Restamp(meta));
            return Verdict { outcome: Outcome::Unchanged, turn, events };
        }
        let Round { epoch, trigger, .. } = round;
        let version = meta.version;
        info!(block, version, epoch, %trigger, fields = fields.join(","), "published");
        events.push(Event::Published { block, version, epoch, fields: fields.clone(), trigger });
        let turn = Some(Turn::Publish(ready, meta));
        Verdict { outcome: Outcome::Changed { fields }, turn, events }
    }

    /// Forgets that a row was turned away, now that the store holds a good one; tells of it, or that
    /// the block can be read again.
    fn accepted_again(&mut self, version: u64, readable_again: bool) -> Option<Event> {
        let refused = self.track.refused.take().is_some();
        let block = self.cell.schema().name;
        if refused {
            info!(block, version, "the store holds a good row again");
        }
        (refused || readable_again).then_some(Event::Accepted { block, version })
    }

    fn refuse(&mut self, record: Option<&Record>, faults: Faults) -> Verdict {
        let block = self.cell.schema().name;
        let record = record.cloned().unwrap_or_default();
        let version = record.version;
        let refused = Refused { record, faults: faults.clone() };
        let known = self.track.refused.replace(refused);
        let mut verdict = Verdict::only(Outcome::Rejected { faults: faults.clone() });
        if known.is_none_or(|known| known.faults != faults || known.record.version != version) {
            for fault in &faults {
                warn!(block, version, %fault, "a row was turned away; the last good value stays");
            }
            verdict.events.push(Event::Rejected { block, version, faults });
        }
        verdict
    }

    /// What is known of a value that `columns` became, where `record` came from `source`.
    fn meta(&self, record: Option<&Record>, source: Origin, columns: &Columns, epoch: u64) -> Meta {
        meta(self.cell.schema(), self.overlay, record, source, columns, epoch)
    }

    /// Names of the fields in which `ready`, made of `record`, differs from what readers have.
    ///
    /// What a serde type writes may leave things out, so of such a field a change of the stored text
    /// counts as well.
    fn differing(&self, ready: &Ready, record: Option<&Record>) -> Vec<&'static str> {
        let before = self.track.read.as_ref().map(Option::as_ref);
        let text = |row: Option<&Record>, column: &str| row?.columns.get(column).cloned().flatten();
        let opaque = |field: &FieldSchema| {
            matches!(field.kind, Kind::Json | Kind::Text)
                && before.is_some_and(|row| text(row, field.column) != text(record, field.column))
        };
        let pairs = self.cell.values().into_iter().zip(&ready.values);
        let fields = self.cell.schema().fields.iter().zip(pairs);
        let differs = fields.filter(|(field, (old, new))| old != *new || opaque(field));
        differs.map(|(field, _)| field.name).collect()
    }

    fn clamped(&mut self, ready: &Ready) -> Vec<Event> {
        self.track.clamped += ready.clamped.len() as u64;
        let block = self.cell.schema().name;
        let tell = |clamped: &crate::block::Clamped| {
            let (field, from, to) = (clamped.field, clamped.from.clone(), clamped.to.to_string());
            warn!(block, field, from, to, "a value out of range was brought into it");
            Event::Clamped { block, key: None, field, from, to }
        };
        ready.clamped.iter().map(tell).collect()
    }
}

/// What is known of a value of `schema` that `columns` became, where `record` came from `source`.
pub(super) fn meta(
    schema: &BlockSchema,
    overlay: &Overlay,
    record: Option<&Record>,
    source: Origin,
    columns: &Columns,
    epoch: u64,
) -> Meta {
    let below = record.map_or(Origin::Default, |_| source);
    let (origin, fields) = overlay.origins(schema, columns, below);
    let unstored = Meta::unstored(schema.name, origin, fields);
    match record {
        None => Meta { epoch, ..unstored },
        Some(record) => Meta {
            epoch,
            version: record.version,
            author: record.author.clone(),
            time: record.time,
            reason: record.reason.clone(),
            ..unstored
        },
    }
}

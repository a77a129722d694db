//! One pass: fetch, judge every block, publish all of it together, the epoch last.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tracing::field::Empty;
use tracing::{Instrument, debug, debug_span, warn};

use super::board::Board;
use super::event::{Event, Trigger};
use super::judge::{Judge, Round};
use super::last_good::Content;
use super::outage::Outage;
use super::reader::{self, Reader};
use super::report::{BlockReport, Outcome, RefreshReport};
use super::track::Track;
use super::{Force, Overlay, metrics};
use crate::cell::Cells;
use crate::guarded::{caught, guarded};
use crate::schema::{BlockSchema, OnStale};
use crate::source::{Fetched, Source, SourceError};

/// Moves values from the source to the cells; one pass at a time, because it takes `&mut self`.
pub(crate) struct Refresher {
    reader: Reader,
    pub(super) cells: Arc<Cells>,
    pub(super) board: Arc<Board>,
    overlay: Overlay,
    pub(super) tracks: Vec<Track>,
    /// The epoch that readers have; `None` makes the next pass read everything.
    applied: Option<u64>,
    outage: Outage,
    /// What is to be kept on disk, and whether it is news.
    kept: Content,
    news: bool,
}

/// Why a pass runs, and what it is to look at besides what changed.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) trigger: Trigger,
    pub(super) force: &'a Force,
    pub(super) hint: &'a BTreeSet<String>,
    pub(super) limit: Duration,
}

impl Refresher {
    pub(crate) fn new(
        source: Arc<dyn Source>,
        cells: Arc<Cells>,
        board: Arc<Board>,
        overlay: Overlay,
        migrate: bool,
        max_record: u64,
    ) -> Self {
        let source_name = source.name();
        let schemas: Vec<_> = cells.blocks().iter().map(|cell| cell.schema()).collect();
        Self {
            tracks: schemas.iter().map(|_| Track::new()).collect(),
            reader: Reader::new(source, schemas, migrate, max_record),
            cells,
            board,
            overlay,
            applied: None,
            outage: Outage::default(),
            kept: Content::of(source_name),
            news: false,
        }
    }

    /// Runs one pass. Whatever happens, readers keep a valid value.
    ///
    /// # Errors
    /// If the source could say nothing of any block.
    pub(super) async fn pass(&mut self, ask: Ask<'_>) -> Result<RefreshReport, SourceError> {
        let trigger = ask.trigger;
        let span = debug_span!("config.pass", %trigger, epoch = Empty, result = Empty);
        let began = Instant::now();
        let passed = guarded(self.try_pass(&ask)).instrument(span.clone()).await;
        let passed = passed.unwrap_or_else(|| Err(SourceError::refused("the pass panicked")));
        let took = began.elapsed();
        metrics::pass(self, trigger, &passed, took);
        span.record("epoch", self.epoch());
        span.record("result", passed.as_ref().map_or("failed", RefreshReport::result));
        span.in_scope(|| debug!(took_us = took.as_micros(), "pass"));
        passed
    }

    async fn try_pass(&mut self, ask: &Ask<'_>) -> Result<RefreshReport, SourceError> {
        match self.fetch(ask).await {
            Ok(fetched) => {
                let (before, epoch) = (self.epoch(), fetched.epoch);
                self.outage.ends(&self.board, &self.reader.name(), before, epoch);
                Ok(self.apply(fetched, ask))
            }
            Err(error) => {
                self.lose(&error);
                Err(error)
            }
        }
    }

    /// What a pass that failed reports for the blocks that were asked for.
    pub(super) fn unavailable(&self, force: &Force, error: &SourceError) -> RefreshReport {
        let names = self.reader.schemas.iter().map(|schema| schema.name);
        let names = names.filter(|name| force.names(name));
        RefreshReport {
            epoch: self.epoch(),
            blocks: names.map(|name| BlockReport::unavailable(name, error.to_string())).collect(),
        }
    }

    async fn fetch(&mut self, ask: &Ask<'_>) -> Result<Fetched, SourceError> {
        let names = |wanted: &dyn Fn(&str, &Track) -> bool| -> Vec<&'static str> {
            let blocks = self.reader.schemas.iter().zip(&self.tracks);
            blocks
                .filter(|(schema, track)| wanted(schema.name, track))
                .map(|(schema, _)| schema.name)
                .collect()
        };
        let also = names(&|name, track| ask.force.names(name) || track.is_wanting());
        let hint = names(&|name, _| ask.hint.contains(name));
        let (since, limit) = (self.applied, ask.limit);
        let ask = reader::Ask { since, also: &also, hint: &hint, limit };
        self.reader.fetch(ask).await
    }

    fn apply(&mut self, fetched: Fetched, ask: &Ask<'_>) -> RefreshReport {
        let mut turns = Vec::new();
        let mut blocks = Vec::new();
        let mut events = Vec::new();
        for place in 0..self.reader.schemas.len() {
            let name = self.reader.schemas[place].name;
            let outcome = match fetched.blocks.get(name) {
                None => {
                    self.tracks[place].confirm();
                    Outcome::Unchanged
                }
                Some(found) => {
                    let forced = ask.force.names(name);
                    let round = Round { epoch: fetched.epoch, trigger: ask.trigger, forced };
                    let mut judge = self.judge(place);
                    let verdict = caught(|| judge.judge(found, round)).unwrap_or_else(|| {
                        judge.unreadable("its code panicked while it was compared or encoded")
                    });
                    if let Some(turn) = verdict.turn {
                        let row = found.as_ref().ok().and_then(Option::as_ref);
                        self.kept.add(self.reader.schemas[place], row);
                        self.news = true;
                        turns.push((place, turn));
                    }
                    events.extend(verdict.events);
                    verdict.outcome
                }
            };
            if ask.force.names(name) || outcome != Outcome::Unchanged {
                let error = self.tracks[place].unreadable.clone();
                blocks.push(BlockReport { error, ..BlockReport::of(name, outcome) });
            }
        }
        let mut changed = Vec::new();
        if !turns.is_empty() || self.applied != Some(fetched.epoch) {
            changed = self.cells.publish(turns, fetched.epoch);
            self.applied = Some(fetched.epoch);
        }
        self.note();
        events.into_iter().for_each(|event| self.board.tell(event));
        self.cells.announce(&changed, fetched.epoch);
        RefreshReport { epoch: fetched.epoch, blocks }
    }

    /// Makes the next pass read everything.
    pub(super) fn forget(&mut self) {
        self.applied = None;
    }

    /// A lost store may come back as another one.
    fn lose(&mut self, error: &SourceError) {
        self.forget();
        self.outage.goes_on(&self.board, &self.reader.name(), error);
        self.note();
    }

    /// Takes what was kept on disk for the blocks that the store has not answered for, or whose row
    /// was turned away.
    pub(super) fn recall(&mut self, time: SystemTime, content: Content) {
        if !content.is_of(&self.kept) {
            warn!("the last good values on disk are of another store, and are not used");
            return;
        }
        let mut turns = Vec::new();
        for place in 0..self.reader.schemas.len() {
            let schema = self.reader.schemas[place];
            if self.tracks[place].read.is_some() {
                continue;
            }
            match content.get(schema) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    let turn = self.judge(place).recall(record, time);
                    turns.extend(turn.map(|turn| (place, turn)));
                }
                Err(problem) => {
                    warn!(block = schema.name, problem, "the last good value on disk is not used")
                }
            }
        }
        self.kept = content.with(std::mem::take(&mut self.kept));
        let changed = self.cells.publish(turns, self.epoch());
        self.note();
        self.cells.announce(&changed, self.epoch());
    }

    /// What is to be kept on disk, if it has changed since this was asked last.
    pub(super) fn news(&mut self) -> Option<Content> {
        std::mem::take(&mut self.news).then(|| self.kept.clone())
    }

    pub(super) fn source(&self) -> String {
        self.reader.name()
    }

    pub(super) fn schemas(&self) -> &[&'static BlockSchema] {
        &self.reader.schemas
    }

    /// The blocks of which readers have nothing but defaults that no store stands behind.
    pub(super) fn unbacked(&self) -> Vec<&'static str> {
        let blocks = self.reader.schemas.iter().zip(&self.tracks);
        blocks.filter(|(_, track)| track.is_unbacked()).map(|(schema, _)| schema.name).collect()
    }

    /// From now on, fields that wait for a restart keep the value they have.
    pub(super) fn hold(&mut self) {
        for (schema, track) in self.reader.schemas.iter().zip(&mut self.tracks) {
            track.hold(schema);
        }
    }

    /// Whether a block has to be asked for again soon, whatever the source thinks has changed.
    pub(super) fn is_wanting(&self) -> bool {
        self.tracks.iter().any(Track::is_wanting)
    }

    /// When the next block expires.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        let blocks = self.reader.schemas.iter().zip(&self.tracks);
        blocks.filter_map(|(schema, track)| track.expires_at(schema)).min()
    }

    /// Lets the blocks expire whose time is over.
    pub(super) fn expire(&mut self) {
        let now = Instant::now();
        let (mut turns, mut events) = (Vec::new(), Vec::new());
        for place in 0..self.reader.schemas.len() {
            let schema = self.reader.schemas[place];
            if self.tracks[place].expires_at(schema).is_none_or(|at| at > now) {
                continue;
            }
            self.tracks[place].expire();
            warn!(block = schema.name, "stale for longer than the block allows");
            events.push(Event::Expired { block: schema.name });
            if schema.on_stale == OnStale::Default
                && let Some((turn, event)) = self.judge(place).defaults()
            {
                turns.push((place, turn));
                events.push(event);
                self.tracks[place].read = None;
                self.tracks[place].refused = None;
            }
        }
        let changed = self.cells.publish(turns, self.epoch());
        self.note();
        events.into_iter().for_each(|event| self.board.tell(event));
        self.cells.announce(&changed, self.epoch());
    }

    fn note(&mut self) {
        self.tracks.iter_mut().for_each(Track::date);
        let notices = self.tracks.iter().map(|track| track.notice(!self.outage.is_now()));
        self.board.set_blocks(notices.collect());
    }

    fn judge(&mut self, place: usize) -> Judge<'_> {
        Judge {
            cell: &*self.cells.blocks()[place],
            overlay: &self.overlay,
            track: &mut self.tracks[place],
            max_record: self.reader.max_record,
        }
    }

    /// The epoch that readers have.
    pub(super) fn epoch(&self) -> u64 {
        *self.cells.epoch().borrow()
    }
}

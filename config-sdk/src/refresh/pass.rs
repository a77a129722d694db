//! One pass: fetch, judge every block, publish all of it together, the epoch last.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::Instant as Clock;

use tracing::field::Empty;
use tracing::{Instrument, debug, debug_span};

use super::board::Board;
use super::event::Trigger;
use super::judge::{Judge, Round};
use super::keyed::{self, AllMoved, Shelved};
use super::last_good::Content;
use super::outage::Outage;
use super::reader::{self, Migration, Reader};
use super::report::{BlockReport, Outcome, RefreshReport};
use super::track::Track;
use super::{Force, Overlay, metrics};
use crate::cell::Cells;
use crate::guarded::{caught, guarded};
use crate::keyed::AnyShelf;
use crate::source::{Fetched, Heard, Source, SourceError};

/// For how long after an epoch has arrived notifications of it are those of the same transaction.
const SAME: Duration = Duration::from_secs(1);

/// Moves values from the source to the cells; one pass at a time, because it takes `&mut self`.
pub(crate) struct Refresher {
    pub(super) reader: Reader,
    pub(super) cells: Arc<Cells>,
    pub(super) board: Arc<Board>,
    pub(super) overlay: Arc<Overlay>,
    pub(super) tracks: Vec<Track>,
    pub(super) shelves: Vec<Shelved>,
    /// Blocks whose changes the epoch does not count.
    untracked: BTreeSet<&'static str>,
    /// The epoch that readers have; `None` makes the next pass read everything.
    applied: Option<u64>,
    /// When they got it.
    arrived: Clock,
    outage: Outage,
    /// Whether anything is kept on disk: for that alone, rows are held on to.
    pub(super) keeps: bool,
    /// What is to be kept there, and whether it is news.
    pub(super) kept: Content,
    pub(super) news: bool,
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
        shelves: Vec<Arc<dyn AnyShelf>>,
        board: Arc<Board>,
        overlay: Arc<Overlay>,
        migration: Option<Migration>,
        max_record: u64,
    ) -> Self {
        let source_name = source.name();
        let schemas: Vec<_> = cells.blocks().iter().map(|cell| cell.schema()).collect();
        Self {
            tracks: schemas.iter().map(|_| Track::new()).collect(),
            reader: Reader::new(
                source,
                schemas,
                shelves.iter().map(|shelf| shelf.schema()),
                migration,
                max_record,
            ),
            shelves: shelves.into_iter().map(Shelved::new).collect(),
            untracked: BTreeSet::new(),
            cells,
            board,
            overlay,
            applied: None,
            arrived: Clock::now(),
            outage: Outage::default(),
            keeps: false,
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
        let names = names.chain(self.shelves.iter().map(Shelved::name));
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
        let mut also = names(&|name, track| ask.force.names(name) || track.is_wanting());
        let keyed = self.shelves.iter();
        let keyed = keyed.filter(|block| ask.force.names(block.name()) || block.is_wanting());
        also.extend(keyed.map(Shelved::name));
        if ask.trigger != Trigger::Push {
            // Copies of bounded blocks grow old one by one, by their own time to live.
            let bounded = self.shelves.iter().filter(|block| !block.shelf.schema().resident);
            let bounded: BTreeSet<_> = bounded.map(Shelved::name).collect();
            also.extend(self.untracked.difference(&bounded));
        }
        let hint = names(&|name, _| ask.hint.contains(name));
        let (since, limit) = (self.applied, ask.limit);
        let is_patient = ask.trigger != Trigger::Start;
        let ask = reader::Ask { since, also: &also, hint: &hint, limit, is_patient };
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
                        if self.keeps {
                            let row = found.as_ref().ok().and_then(Option::as_ref);
                            self.kept.add(self.reader.schemas[place], row);
                            self.news = true;
                        }
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
        #[cfg(feature = "ops")]
        self.board.set_due(fetched.due);
        let shelved = self.shelve(fetched.keyed, fetched.epoch, ask);
        let changed = |report: &BlockReport| matches!(report.outcome, Outcome::Changed { .. });
        let has_moved = !turns.is_empty() || shelved.iter().any(changed);
        blocks.extend(shelved);
        if self.untracked != fetched.untracked {
            self.untracked = fetched.untracked;
            self.board.set_untracked(self.untracked.clone());
        }
        let mut changed = Vec::new();
        if has_moved || self.applied != Some(fetched.epoch) {
            changed = self.cells.publish(turns, fetched.epoch);
            if self.applied.replace(fetched.epoch) != Some(fetched.epoch) {
                self.arrived = Clock::now();
            }
        }
        self.note();
        events.into_iter().for_each(|event| self.board.tell(event));
        self.cells.announce(&changed, fetched.epoch);
        RefreshReport { epoch: fetched.epoch, blocks }
    }

    /// What becomes of the keyed blocks. Resident ones are exchanged here, and are part of the
    /// snapshot that follows.
    fn shelve(&mut self, mut moved: AllMoved, epoch: u64, ask: &Ask<'_>) -> Vec<BlockReport> {
        let mut reports = Vec::new();
        let round = keyed::Round {
            overlay: &self.overlay,
            board: &self.board,
            max_record: self.reader.max_record,
            epoch,
            trigger: ask.trigger,
            anew: self.applied.is_none(),
        };
        for shelved in &mut self.shelves {
            let outcome = match moved.remove(shelved.name()) {
                Some(moved) => {
                    let outcome = shelved.apply(moved, round, ask.force.names(shelved.name()));
                    if let Some(news) = shelved.news()
                        && self.keeps
                    {
                        self.kept.add_keyed(shelved.shelf.schema(), news);
                        self.news = true;
                    }
                    outcome
                }
                None => {
                    shelved.confirm();
                    Outcome::Unchanged
                }
            };
            if ask.force.names(shelved.name()) || outcome != Outcome::Unchanged {
                let error = shelved.unreadable.clone();
                reports.push(BlockReport { error, ..BlockReport::of(shelved.name(), outcome) });
            }
        }
        reports
    }

    /// Whether readers have all that was heard of: an epoch is one transaction's, which is read whole.
    /// Later, it may be that of another one, after a store was put back.
    pub(super) fn has_all(&self, heard: &Heard) -> bool {
        let has_just = self.arrived.elapsed() < SAME;
        has_just && !self.is_wanting() && self.applied.is_some_and(|epoch| heard.is_of(epoch))
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

    pub(super) fn note(&mut self) {
        self.tracks.iter_mut().for_each(Track::date);
        let notices = self.tracks.iter().map(|track| track.notice(!self.outage.is_now()));
        let keyed = self.shelves.iter_mut().map(|block| block.notice(!self.outage.is_now()));
        self.board.set_blocks(notices.collect(), keyed.collect());
    }

    pub(super) fn judge(&mut self, place: usize) -> Judge<'_> {
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

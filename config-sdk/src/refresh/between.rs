//! What happens to blocks between passes: recalled from disk, held until a restart, expired.

use std::time::{Instant, SystemTime};

use tracing::warn;

use super::event::{Event, Trigger};
use super::keyed::{self, Shelved};
use super::last_good::Content;
use super::pass::Refresher;
use super::track::Track;
use crate::schema::{BlockSchema, OnStale};

impl Refresher {
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
        let round = keyed::Round {
            overlay: &self.overlay,
            board: &self.board,
            max_record: self.reader.max_record,
            epoch: 0,
            trigger: Trigger::Start,
            anew: true,
        };
        for shelved in &mut self.shelves {
            let schema = shelved.shelf.schema();
            match content.keyed(schema) {
                Ok(None) => {}
                Ok(Some(kept)) => shelved.recall(kept, time, round),
                Err(problem) => {
                    warn!(block = schema.name, problem, "the last good copies on disk are not used")
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
        let blocks = blocks.filter(|(_, track)| track.is_unbacked()).map(|(schema, _)| schema.name);
        let keyed = self.shelves.iter().filter(|shelved| shelved.is_unbacked());
        blocks.chain(keyed.map(Shelved::name)).collect()
    }

    /// From now on, fields that wait for a restart keep the value they have.
    pub(super) fn hold(&mut self) {
        for (schema, track) in self.reader.schemas.iter().zip(&mut self.tracks) {
            track.hold(schema);
        }
    }

    /// Whether a block has to be asked for again soon, whatever the source thinks has changed.
    pub(super) fn is_wanting(&self) -> bool {
        self.tracks.iter().any(Track::is_wanting) || self.shelves.iter().any(Shelved::is_wanting)
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
}

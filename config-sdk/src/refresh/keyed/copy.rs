//! What becomes of one copy of a keyed block: what it inherits, the environment over it, its rules.

use std::sync::atomic::Ordering;

use tracing::{info, warn};

use crate::block::{Clamped, Faults, too_large};
use crate::cell::{Meta, Origin, Ready};
use crate::guarded::caught;
use crate::key::Key;
use crate::keyed::{AnyShelf, Refused};
use crate::record::Record;
use crate::refresh::board::Board;
use crate::refresh::event::Event;
use crate::refresh::judge::meta;
use crate::refresh::overlay::Overlay;
use crate::schema::Kind;
use crate::value::Value;

/// A keyed block, and what copies of it are made with.
pub(in crate::refresh) struct Press<'a> {
    pub(in crate::refresh) shelf: &'a dyn AnyShelf,
    pub(in crate::refresh) overlay: &'a Overlay,
    pub(in crate::refresh) board: &'a Board,
    /// How many bytes of text a record may hold.
    pub(in crate::refresh) max_record: u64,
    /// Where the rows come from.
    pub(in crate::refresh) origin: Origin,
}

/// A copy that passed every rule.
pub(in crate::refresh) struct Copy {
    pub(in crate::refresh) ready: Ready,
    pub(in crate::refresh) meta: Meta,
    /// How many bytes its texts take.
    pub(in crate::refresh) heap: usize,
}

impl Press<'_> {
    /// The copy of `key` from its row and the shared one, or of the shared one alone; `None` if the row
    /// is turned away, which is remembered and told.
    pub(in crate::refresh) fn copy(
        &self,
        key: Option<&Key>,
        own: Option<&Record>,
        shared: Option<&Record>,
        epoch: u64,
    ) -> Option<Copy> {
        let version = own.or(shared).map_or(0, |record| record.version);
        match caught(|| self.judge(own, shared)) {
            Some(Ok((record, columns_heap, ready))) => {
                self.accepted(key, version);
                self.clamped(key, &ready.clamped);
                let heap = columns_heap + texts(&ready.values);
                let meta = Meta { key: key.cloned(), epoch, ..record };
                Some(Copy { ready, meta, heap })
            }
            Some(Err(faults)) => {
                self.refuse(key, version, faults);
                None
            }
            None => {
                let mut faults = Faults::new();
                faults.add_block("its code panicked while it was encoded");
                self.refuse(key, version, faults);
                None
            }
        }
    }

    fn judge(
        &self,
        own: Option<&Record>,
        shared: Option<&Record>,
    ) -> Result<(Meta, usize, Ready), Faults> {
        let schema = self.shelf.schema();
        if let Some(size) = own.or(shared).and_then(|record| record.left_out) {
            return Err(too_large(schema, size, self.max_record));
        }
        let whole = match own {
            Some(own) => Some(own.clone().inheriting(shared)),
            None => shared.cloned(),
        };
        let columns = self.overlay.lay(schema, whole.as_ref(), None);
        let judged = self.shelf.judge(&columns);
        let judged =
            judged.map_err(|faults| self.overlay.blame(schema, whole.as_ref(), None, faults));
        let meta = meta(schema, self.overlay, whole.as_ref(), self.origin, &columns, 0);
        let on_heap = |kind| matches!(kind, Kind::Text | Kind::Json);
        let texts = schema.fields.iter().filter(|field| on_heap(field.kind));
        let texts = texts.filter_map(|field| columns.get(field.column)?.as_ref());
        let heap = texts.map(String::len).sum();
        judged.map(|ready| (meta, heap, ready))
    }

    fn accepted(&self, key: Option<&Key>, version: u64) {
        let block = self.shelf.schema().name;
        if self.shelf.refusals().remove(key) {
            info!(block, key = key.map(tracing::field::display), version, "the row is good again");
            self.board.tell(Event::Accepted { block, version });
        }
    }

    fn refuse(&self, key: Option<&Key>, version: u64, faults: Faults) {
        let block = self.shelf.schema().name;
        let faults = faults.of_key(key);
        if self.shelf.refusals().add(key, Refused { version, faults: faults.clone() }) {
            for fault in &faults {
                warn!(block, version, %fault, "a row was turned away; the last good copy stays");
            }
            self.board.tell(Event::Rejected { block, version, faults });
        }
    }

    fn clamped(&self, key: Option<&Key>, clamped: &[Clamped]) {
        let block = self.shelf.schema().name;
        self.shelf.clamped().fetch_add(clamped.len() as u64, Ordering::Relaxed);
        for Clamped { field, from, to } in clamped {
            let to = to.to_string();
            let shown = key.map(tracing::field::display);
            warn!(block, key = shown, field, from, to, "a value out of range was brought into it");
            let (key, from) = (key.cloned(), from.clone());
            self.board.tell(Event::Clamped { block, key, field, from, to });
        }
    }
}

/// How many bytes the texts among `values` take.
fn texts(values: &[Value]) -> usize {
    let text = |value: &Value| match value {
        Value::Text(text) => text.len(),
        _ => 0,
    };
    values.iter().map(text).sum()
}

//! What every change needs: the store's writing part, and the types that judge its rows.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::ChangeError;
use crate::block::{BlockType, Candidate, Clamped, Columns, Faults};
use crate::schema::BlockSchema;
use crate::source::{DefaultText, Place, Source, SourceError, Writer};
use crate::value::Value;

/// What a valid row means: its fields' values in the order of the schema, and what was brought into
/// range on the way.
pub(crate) struct Judged {
    pub(crate) values: Vec<Value>,
    pub(crate) clamped: Vec<Clamped>,
}

impl BlockType {
    /// What readers would get of these columns.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(crate) fn judge(&self, columns: &Columns) -> Result<Judged, Faults> {
        let (value, clamped) = Candidate::decode(*self, columns)?.validate()?.into_parts();
        Ok(Judged { values: value.values(), clamped })
    }

    /// What these columns mean one by one, whatever rules they break; what is no value of its field
    /// comes back as its text.
    pub(crate) fn read(&self, columns: &Columns) -> Vec<Value> {
        let fields = &self.schema().fields;
        let seen = Candidate::decode(*self, columns).and_then(Candidate::read);
        let Ok((mut values, faults)) = seen else {
            let text = |column: &str| columns.get(column).cloned().flatten();
            let values = fields.iter().map(|field| text(field.column));
            return values.map(|text| text.map_or(Value::Null, Value::Text)).collect();
        };
        for fault in &faults {
            let is_its = |name: &&str| fault.field.as_deref() == Some(*name);
            let place = fields.iter().position(|field| is_its(&field.name));
            let raw = place.and_then(|place| columns.get(fields.get(place)?.column)?.clone());
            if let (Some(value), Some(raw)) = (place.and_then(|place| values.get_mut(place)), raw) {
                *value = Value::Text(raw);
            }
        }
        values
    }

    /// The compiled-in values.
    pub(crate) fn defaults(&self) -> Vec<Value> {
        self.read(&Columns::new())
    }
}

/// The store and the types of the blocks in it.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) types: Arc<[BlockType]>,
    /// How many bytes of text readers take of a row.
    pub(crate) max_record: u64,
}

impl Desk {
    pub(crate) fn new(source: Arc<dyn Source>, types: Arc<[BlockType]>, max_record: u64) -> Self {
        Self { source, types, max_record }
    }

    /// The store's writing part.
    ///
    /// # Errors
    /// If it has none.
    pub(crate) fn writer(&self) -> Result<&dyn Writer, SourceError> {
        let writer = self.source.store().and_then(|store| store.writer());
        writer.ok_or_else(|| {
            SourceError::refused(format!(
                "{} can be read and not written: change it where it comes from",
                self.source.name()
            ))
        })
    }

    pub(crate) fn schemas(&self) -> Vec<&'static BlockSchema> {
        self.types.iter().map(BlockType::schema).collect()
    }

    /// The type of the block of that name, if it is registered.
    pub(crate) fn named(&self, name: &str) -> Option<BlockType> {
        self.types.iter().copied().find(|block| block.schema().name == name)
    }

    /// Has the store keep which defaults are compiled in, so that a row that still says a former one
    /// can be told. Not all may note them, and nobody else has to know.
    pub(crate) async fn note_defaults(&self) {
        let Some(writer) = self.source.store().and_then(|store| store.writer()) else {
            return;
        };
        let mut defaults = Vec::new();
        for block in self.types.iter() {
            let schema = block.schema();
            for (field, value) in schema.fields.iter().zip(block.defaults()) {
                if let Some(text) = field.stored(&value).filter(|_| !field.secret) {
                    defaults.push(DefaultText::new(schema.name, field.column, text));
                }
            }
        }
        if let Err(error) = writer.note_defaults(&defaults).await {
            tracing::debug!(%error, "which defaults are compiled in was not noted");
        }
    }

    /// The active rows of these places, and of those that they inherit from: each row with the row
    /// below it.
    pub(crate) async fn rows(&self, places: &[Place]) -> Result<Vec<Stack>, ChangeError> {
        let mut all: Vec<Place> = Vec::new();
        let mut found = HashMap::new();
        let mut number = |place: &Place| {
            *found.entry(place.clone()).or_insert_with(|| {
                all.push(place.clone());
                all.len() - 1
            })
        };
        let stacks: Vec<_> = places
            .iter()
            .map(|place| (number(place), place.shared().map(|shared| number(&shared))))
            .collect();
        let records = self.writer()?.rows(&all).await?;
        if records.len() != all.len() {
            let reason = "the store left out a row that it was asked for";
            return Err(SourceError::refused(reason).into());
        }
        let record = |index: usize| records.get(index).cloned().flatten();
        let stack = |(own, shared): (usize, Option<usize>)| Stack {
            own: record(own),
            shared: shared.and_then(record),
        };
        Ok(stacks.into_iter().map(stack).collect())
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("store", &self.source.name()).finish_non_exhaustive()
    }
}

/// A row, and the one that it inherits from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stack {
    pub(crate) own: Option<crate::record::Record>,
    pub(crate) shared: Option<crate::record::Record>,
}

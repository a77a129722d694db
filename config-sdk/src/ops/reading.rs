//! What the store says now: values by path, whole blocks, and where each value comes from.

use std::time::SystemTime;

use serde::Serialize;

use super::{LayerKind, Operator};
use crate::block::BlockType;
use crate::change::{ChangeError, ChangeMistake, Layers, Stack};
use crate::path::ReadError;
use crate::record::Record;
use crate::schema::BlockSchema;
use crate::source::Place;
use crate::value::Value;

/// A row, field by field, as readers with this program's types and environment get it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Listed {
    /// Where: `trading`, `bytes[guild-1]`.
    pub place: String,
    /// Whether there is a row.
    pub is_there: bool,
    /// Its version; 0 if there is no row, and of an adopted table, which counts none.
    pub version: u64,
    /// Who made that.
    pub author: Option<String>,
    /// When.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub time: Option<SystemTime>,
    /// Why.
    pub reason: Option<String>,
    /// Its fields, in the order of the struct.
    pub fields: Vec<ListedField>,
    /// What readers turn it away for.
    pub faults: crate::block::Faults,
}

/// A field of a row.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ListedField {
    /// Its name.
    pub name: &'static str,
    /// What readers get.
    pub value: Value,
    /// Where that comes from.
    pub from: LayerKind,
}

impl Operator {
    /// The value at `path` (`trading.score_threshold`, `bytes[guild-1].daily_amount`, a part of a JSON
    /// field), as readers with this program's types and environment get it; a secret comes back
    /// redacted. Of a row that readers turn away, what it says.
    ///
    /// # Errors
    /// If there is nothing at the path, or the store cannot be read.
    pub async fn value(&self, path: &str) -> Result<Value, ChangeError> {
        let (block, place, target) = self.target(path)?;
        let Some(index) = target.field else {
            return Err(ChangeMistake::from(ReadError::NoField(place.to_string())).into());
        };
        let stack = self.stack(&place).await?;
        let (values, _) = self.read(&block, &stack);
        part(&block, index, values, &target.parts, path)
    }

    /// The row at `path`, field by field.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub async fn row_at(&self, path: &str) -> Result<Listed, ChangeError> {
        let (block, place) = self.row(path)?;
        let stack = self.stack(&place).await?;
        Ok(self.listed(&block, &place, &stack))
    }

    /// Every block's row, field by field; of keyed blocks the one that the others inherit from.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn rows(&self) -> Result<Vec<Listed>, ChangeError> {
        let places = self.desk.schemas().into_iter().map(|block| Place { block, key: None });
        let places: Vec<_> = places.collect();
        let stacks = self.desk.rows(&places).await?;
        let types = self.desk.types.iter().zip(places.iter().zip(&stacks));
        Ok(types.map(|(block, (place, stack))| self.listed(block, place, stack)).collect())
    }

    pub(super) async fn stack(&self, place: &Place) -> Result<Stack, ChangeError> {
        let mut stacks = self.desk.rows(std::slice::from_ref(place)).await?;
        Ok(stacks.pop().unwrap_or_default())
    }

    /// What readers get of a row, or else what it says and why they turn it away.
    pub(super) fn read(
        &self,
        block: &BlockType,
        stack: &Stack,
    ) -> (Vec<Value>, crate::block::Faults) {
        let laid = Record {
            columns: Layers::of(stack.own.as_ref(), stack.shared.as_ref()).laid(),
            ..Record::default()
        };
        let columns = self.overlay.lay(block.schema(), Some(&laid), None);
        match block.judge(&columns) {
            Ok(judged) => (judged.values, crate::block::Faults::new()),
            Err(faults) => (block.read(&columns), faults),
        }
    }

    pub(super) fn listed(&self, block: &BlockType, place: &Place, stack: &Stack) -> Listed {
        let schema = block.schema();
        let (values, faults) = self.read(block, stack);
        let own = Layers::of(stack.own.as_ref(), None);
        let below = Layers::of(stack.shared.as_ref(), None);
        let fields = schema.fields.iter().zip(values).map(|(field, value)| ListedField {
            name: field.name,
            value: field.shown(value),
            from: match () {
                () if self.overlay.sets(schema, field.column) => LayerKind::Environment,
                () if own.sets(field) && place.key.is_none() && schema.is_keyed() => {
                    LayerKind::Shared
                }
                () if own.sets(field) => LayerKind::Row,
                () if below.sets(field) => LayerKind::Shared,
                () => LayerKind::Default,
            },
        });
        let own = stack.own.as_ref();
        Listed {
            place: place.to_string(),
            is_there: own.is_some(),
            version: own.map_or(0, |own| own.version),
            author: own.and_then(|own| own.author.clone()),
            time: own.and_then(|own| own.time),
            reason: own.and_then(|own| own.reason.clone()),
            fields: fields.collect(),
            faults: faults.of_key(place.key.as_ref()),
        }
    }
}

/// A field's value as it may be shown, or a part of it.
pub(super) fn part(
    block: &BlockType,
    index: usize,
    values: Vec<Value>,
    parts: &[String],
    path: &str,
) -> Result<Value, ChangeError> {
    let schema: &'static BlockSchema = block.schema();
    let value = values.into_iter().nth(index).unwrap_or(Value::Null);
    let value = schema.fields.get(index).map_or(Value::Null, |field| field.shown(value));
    let mut at = &value;
    for part in parts {
        at = at.part(part).ok_or_else(|| {
            let missing = ReadError::NoSuchPart { path: path.to_owned(), part: part.clone() };
            ChangeError::from(ChangeMistake::from(missing))
        })?;
    }
    Ok(at.clone())
}

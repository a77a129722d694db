//! Where a value comes from: everything that has a say in it, and what will change it.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use super::Operator;
use super::reading::part;
use crate::change::{ChangeError, ChangeMistake, Layers};
use crate::path::ReadError;
use crate::record::Record;
use crate::schema::FieldSchema;
use crate::source::Place;
use crate::time::rfc3339;
use crate::value::Value;

/// Everything that has a say in a field's value, from the compiled-in default upwards. `Display`
/// prints it for people.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// The path asked for.
    pub path: String,
    /// What readers with this program's types and environment get.
    pub value: Value,
    /// What has a say, lowest first; the last one that says something wins.
    pub layers: Vec<Layer>,
    /// The rules that bind it, as they are written in Rust.
    pub bounds: Vec<String>,
    /// The field's doc comment.
    pub doc: &'static str,
    /// The table and column it is stored in.
    pub column: String,
    /// What will change it: a restart, the end of a change for a time, a draft.
    pub pending: Vec<String>,
    /// What readers turn the row away for, and so keep what they had.
    pub faults: crate::block::Faults,
}

/// One thing that has a say in a field's value.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Layer {
    /// Which.
    pub from: LayerKind,
    /// What it says; `None` if nothing.
    pub value: Option<Value>,
    /// The row's version; 0 where there is no row.
    pub version: u64,
    /// Who made the row.
    pub author: Option<String>,
    /// When.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub time: Option<SystemTime>,
    /// Why.
    pub reason: Option<String>,
}

/// What has a say in a field's value, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// The compiled-in default.
    Default,
    /// The row that all keys of the block inherit from.
    Shared,
    /// The row.
    Row,
    /// An environment variable of this process.
    Environment,
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Default => "default",
            Self::Shared => "shared row",
            Self::Row => "row",
            Self::Environment => "environment",
        })
    }
}

impl Operator {
    /// Everything that has a say in the value at `path`.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub async fn explain(&self, path: &str) -> Result<Trace, ChangeError> {
        let (block, place, target) = self.target(path)?;
        let (Some(index), schema) = (target.field, block.schema()) else {
            return Err(ChangeMistake::from(ReadError::NoField(place.to_string())).into());
        };
        let Some(field) = schema.fields.get(index) else {
            return Err(ChangeMistake::Empty.into());
        };
        let stack = self.stack(&place).await?;
        let (values, faults) = self.read(&block, &stack);
        let value = part(&block, index, values, &target.parts, path)?;
        let say = |from, record: Option<&Record>| {
            let own = Layers::of(record, None);
            let mut values = block.read(&own.laid());
            let says = from == LayerKind::Default || own.sets(field);
            let value = values.get_mut(index).map(|value| std::mem::replace(value, Value::Null));
            Layer {
                from,
                value: value.filter(|_| says).map(|value| field.shown(value)),
                version: record.map_or(0, |record| record.version),
                author: record.and_then(|record| record.author.clone()),
                time: record.and_then(|record| record.time),
                reason: record.and_then(|record| record.reason.clone()),
            }
        };
        let mut layers = vec![say(LayerKind::Default, None)];
        if schema.is_keyed() {
            let shared = if place.key.is_some() { &stack.shared } else { &stack.own };
            layers.push(say(LayerKind::Shared, shared.as_ref()));
        }
        if place.key.is_some() || !schema.is_keyed() {
            layers.push(say(LayerKind::Row, stack.own.as_ref()));
        }
        if self.overlay.sets(schema, field.column) {
            layers.push(Layer { value: Some(value.clone()), ..say(LayerKind::Environment, None) });
        }
        let pending = self.pending(&place, field).await?;
        let mut bounds = crate::client::bounds(field);
        bounds.extend(field.restart.then(|| "takes effect at a restart".to_owned()));
        Ok(Trace {
            path: path.to_owned(),
            value,
            layers,
            bounds,
            doc: field.doc,
            column: format!("{}.{}", schema.table, field.column),
            pending,
            faults: faults.of_key(place.key.as_ref()),
        })
    }

    /// What will change a field by itself, or waits to: of a key also what changes the row that it
    /// inherits from.
    async fn pending(
        &self,
        place: &Place,
        field: &FieldSchema,
    ) -> Result<Vec<String>, ChangeError> {
        let places = [Some(place.clone()), place.shared()];
        let places: Vec<_> = places.iter().flatten().map(ToString::to_string).collect();
        let mut pending = Vec::new();
        let expiring = match self.expiring().await {
            // Who only reads is told the rest.
            Err(error) if !error.is_passing() => Vec::new(),
            expiring => expiring?,
        };
        let drafts = self.drafts_of(&[place.block]).await?;
        for place in &places {
            let path = format!("{place}.{}", field.name);
            for change in expiring.iter().filter(|change| change.paths.contains(&path)) {
                let left = std::time::Duration::from_secs(change.left.as_secs());
                let left = humantime::format_duration(left);
                pending.push(format!("{place} goes back to what it was in {left}"));
            }
            for draft in drafts.iter().filter(|draft| draft.place == *place) {
                let change = draft.fields.iter().find(|change| change.field == field.name);
                pending.extend(change.map(|change| {
                    format!("draft {} of {place} would make it {}", draft.version, change.to)
                }));
            }
        }
        Ok(pending)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.path, self.value)?;
        let mut line = |name: &str, text: &str| match text {
            "" => Ok(()),
            text => write!(f, "\n  {name:<11}  {}", text.replace('\n', "\n               ")),
        };
        line("doc", self.doc)?;
        for layer in self.layers.iter().rev() {
            let mut said = layer.value.as_ref().map_or("says nothing".to_owned(), Value::to_string);
            if layer.version > 0 {
                said.push_str(&format!("  (version {}", layer.version));
                let by = layer.author.as_ref().map(|author| format!(", by {author}"));
                let at = layer.time.map(|time| format!(", {}", rfc3339(time)));
                let why = layer.reason.as_ref().map(|reason| format!(": {reason}"));
                said.extend([by, at, why].into_iter().flatten());
                said.push(')');
            }
            line(&layer.from.to_string(), &said)?;
        }
        line("bounds", &self.bounds.join(", "))?;
        line("column", &self.column)?;
        line("pending", &self.pending.join("\n"))?;
        self.faults.iter().try_for_each(|fault| line("refused", &fault.to_string()))
    }
}

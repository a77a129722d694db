//! Reading by path: `block`, `block.field`, `block.field.part`.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{BlockView, Config, Explanation};
use crate::block::Columns;
use crate::cell::{Erased, Origin};
use crate::path::{self, ReadError};
use crate::schema::FieldSchema;
use crate::value::Value;

impl Config {
    /// The value at `path`: `trading.score_threshold`, or a part of a JSON field:
    /// `trading.drawdown_reduction_tiers.0.threshold_pct`. A secret comes back redacted.
    ///
    /// # Errors
    /// If there is nothing at the path; the error lists what there is and the nearest name.
    pub fn value(&self, path: &str) -> Result<Value, ReadError> {
        let Place { block, index, field, parts } = self.find(path)?;
        let whole = field.shown(block.value(index).unwrap_or(Value::Null));
        if parts.is_empty() {
            return Ok(whole);
        }
        let mut value = &whole;
        for (depth, part) in parts.iter().enumerate() {
            value = value.part(part).ok_or_else(|| {
                let walked = [&[block.schema().name, field.name], &parts[..depth]].concat();
                ReadError::NoSuchPart { path: walked.join("."), part: (*part).to_owned() }
            })?;
        }
        Ok(value.clone())
    }

    /// The value at `path`, as any type that can be deserialized from it. Decimals stay exact.
    ///
    /// # Errors
    /// As [`value`](Self::value), and if it is not of that type or a secret.
    pub fn value_as<T: DeserializeOwned>(&self, path: &str) -> Result<T, ReadError> {
        let value = self.value(path)?;
        T::deserialize(&value).map_err(|error| ReadError::Mismatch {
            path: path.to_owned(),
            type_name: std::any::type_name::<T>(),
            problem: error.to_string(),
        })
    }

    /// Every field of the block of that name, secrets redacted.
    ///
    /// # Errors
    /// If there is no such block; the error lists those there are.
    pub fn block(&self, name: &str) -> Result<BlockView, ReadError> {
        let block = self.cells().named(name).ok_or_else(|| self.unknown_block(name))?;
        let fields = block.schema().fields.iter().zip(block.values());
        Ok(BlockView {
            meta: block.meta(),
            fields: fields.map(|(field, value)| (field.name, field.shown(value))).collect(),
        })
    }

    /// Everything there is to say of the field at `path`: value, origin, who and when, default,
    /// bounds, doc.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    pub fn explain(&self, path: &str) -> Result<Explanation, ReadError> {
        let value = self.value(path)?;
        let Place { block, index, field, parts } = self.find(path)?;
        let schema = block.schema();
        let meta = block.meta();
        let default = block.judge(&Columns::new()).ok();
        let default = default.map_or(Value::Null, |ready| field.shown(ready.values[index].clone()));
        let default = parts.iter().try_fold(&default, |value, part| value.part(part));
        let status = self.status();
        let pending = status.block(schema.name).map(|block| &block.pending_restart);
        Ok(Explanation {
            path: path.to_owned(),
            value,
            origin: meta.fields.get(index).copied().unwrap_or(Origin::Default),
            default: default.cloned().unwrap_or(Value::Null),
            bounds: bounds(field),
            doc: field.doc,
            column: format!("{}.{}", schema.table, field.column),
            version: meta.version,
            epoch: meta.epoch,
            author: meta.author,
            time: meta.time,
            reason: meta.reason,
            pending_restart: pending.is_some_and(|fields| fields.contains(&field.name)),
        })
    }

    fn find<'a>(&'a self, path: &'a str) -> Result<Place<'a>, ReadError> {
        let (name, rest) = cut(path);
        let block = self.cells().named(name).ok_or_else(|| self.unknown_block(name))?;
        let schema = block.schema();
        let (word, rest) = cut(rest.ok_or_else(|| ReadError::NoField(name.to_owned()))?);
        let (index, field) = path::field(schema, word)?;
        let parts = rest.map(|rest| rest.split('.').collect());
        Ok(Place { block, index, field, parts: parts.unwrap_or_default() })
    }
}

/// What stands before the first dot, and what behind it; by bytes, which for so few is the quickest.
fn cut(path: &str) -> (&str, Option<&str>) {
    match path.bytes().position(|byte| byte == b'.') {
        Some(dot) => (&path[..dot], Some(&path[dot + 1..])),
        None => (path, None),
    }
}

/// What a path names.
struct Place<'a> {
    block: &'a Arc<dyn Erased>,
    /// The field's place in the block.
    index: usize,
    field: &'static FieldSchema,
    /// What follows behind the field.
    parts: Vec<&'a str>,
}

/// The rules that bind a field, as they are written in Rust.
pub(crate) fn bounds(field: &FieldSchema) -> Vec<String> {
    if field.secret {
        return Vec::new(); // they would tell what it can be
    }
    let range = field
        .range
        .as_ref()
        .map(|range| format!("range {range}{}", if field.clamp { ", clamped" } else { "" }));
    let length = field.length.map(|length| format!("length {length}"));
    let allowed: Vec<_> = field.one_of.iter().map(Value::to_string).collect();
    let one_of = (!allowed.is_empty()).then(|| format!("one of {}", allowed.join(", ")));
    range.into_iter().chain(length).chain(one_of).collect()
}

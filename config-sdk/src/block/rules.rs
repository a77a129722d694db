//! The rules of one field: range, length, one of.

use std::cmp::Ordering;

use crate::schema::{FieldSchema, Range};
use crate::value::Value;

/// Every rule of `field` that `value` breaks: the rule's text and what is wrong. Of a secret, neither
/// the bounds nor the value are told.
pub(super) fn broken(field: &FieldSchema, value: &Value) -> Vec<(String, String)> {
    let broken = told(field, value);
    if field.secret && !broken.is_empty() {
        return vec![("secret".to_owned(), "breaks a rule of its field".to_owned())];
    }
    broken
}

fn told(field: &FieldSchema, value: &Value) -> Vec<(String, String)> {
    let mut broken = Vec::new();
    if value.is_null() {
        return broken;
    }
    if let Some(range) = field.range.as_ref().filter(|range| !contains(range, value)) {
        broken.push((format!("range {range}"), format!("must be within {range}")));
    }
    if let (Some(length), Some(have)) = (field.length, value.length())
        && !(length.min..=length.max).contains(&have)
    {
        let message = format!("must have a length within {length}, and has {have}");
        broken.push((format!("length {length}"), message));
    }
    if !field.one_of.is_empty() && !field.one_of.iter().any(|allowed| same(allowed, value)) {
        let allowed: Vec<_> = field.one_of.iter().map(Value::to_string).collect();
        let allowed = allowed.join(", ");
        broken.push((format!("one_of [{allowed}]"), format!("must be one of {allowed}")));
    }
    broken
}

/// The bound that brings a number back into its range; `None` if it is inside, or if no bound can.
pub(super) fn nearest(field: &FieldSchema, value: &Value) -> Option<Value> {
    let range = field.range.as_ref()?;
    let below = |min: &&Value| value.compare(min) == Some(Ordering::Less);
    let above = |max: &&Value| value.compare(max) == Some(Ordering::Greater);
    let bound = range.min.as_ref().filter(below);
    bound.or_else(|| range.max.as_ref().filter(above)).cloned()
}

fn contains(range: &Range, value: &Value) -> bool {
    let from = range
        .min
        .as_ref()
        .is_none_or(|min| matches!(value.compare(min), Some(Ordering::Greater | Ordering::Equal)));
    let to = range.max.as_ref().is_none_or(|max| match value.compare(max) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => !range.open,
        _ => false,
    });
    from && to
}

fn same(allowed: &Value, value: &Value) -> bool {
    allowed == value || allowed.compare(value) == Some(Ordering::Equal)
}

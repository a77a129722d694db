//! A field's value without its Rust type: for paths, status pages, diffs and SQL.

mod de;
mod json;
mod show;

use std::cmp::Ordering;
use std::time::{Duration, SystemTime};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub(crate) use json::{from_json, to_json};

/// What a field holds, without its Rust type.
///
/// `Display` prints it for people, `Serialize` for programs; decimals serialize as strings so that
/// no digit is lost on the way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `None` of an optional field.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A whole number above [`i128::MAX`].
    UInt(u128),
    /// An exact decimal.
    Decimal(Decimal),
    /// A binary floating-point number.
    Float(f64),
    /// Text, also the name of an enum's variant.
    Text(String),
    /// A length of time.
    Duration(Duration),
    /// A point in time, UTC.
    Timestamp(SystemTime),
    /// A list inside a JSON field.
    List(Vec<Value>),
    /// An object inside a JSON field, in the order of its type's fields.
    Map(Vec<(String, Value)>),
    /// A secret: set, and not shown.
    Redacted,
}

impl Value {
    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The whole number, if it is one that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => i64::try_from(*value).ok(),
            Self::UInt(value) => i64::try_from(*value).ok(),
            Self::Decimal(value) if value.fract().is_zero() => value.to_i64(),
            _ => None,
        }
    }

    /// The whole number, if it is one that fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Int(value) => u64::try_from(*value).ok(),
            Self::UInt(value) => u64::try_from(*value).ok(),
            Self::Decimal(value) if value.fract().is_zero() => value.to_u64(),
            _ => None,
        }
    }

    /// The nearest floating-point number, of any number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the nearest one is what is asked for")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::UInt(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Decimal(value) => value.to_f64(),
            _ => None,
        }
    }

    /// The exact decimal: of a decimal, of a whole number that fits, or of text that reads as one
    /// (decimals inside JSON fields are text).
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Decimal(value) => Some(*value),
            Self::Int(value) => Decimal::try_from_i128_with_scale(*value, 0).ok(),
            Self::Text(text) => crate::number::decimal(text).ok(),
            _ => None,
        }
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The length of time, if it is one.
    #[must_use]
    pub fn as_duration(&self) -> Option<Duration> {
        match self {
            Self::Duration(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether an optional field is `None`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The part of a JSON field that `segment` names: a list's index or an object's field.
    #[must_use]
    pub fn part(&self, segment: &str) -> Option<&Value> {
        match self {
            Self::List(items) => items.get(index(segment)?),
            Self::Map(fields) => {
                fields.iter().find_map(|(name, value)| (name == segment).then_some(value))
            }
            _ => None,
        }
    }

    /// How many characters or items it has; `None` where length means nothing.
    #[must_use]
    pub fn length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.chars().count()),
            Self::List(items) => Some(items.len()),
            Self::Map(fields) => Some(fields.len()),
            _ => None,
        }
    }

    /// Order of two numbers or lengths of time, exact wherever both are; `None` for anything else
    /// and for NaN.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::UInt(a), Self::UInt(b)) => Some(a.cmp(b)),
            (Self::Int(_), Self::UInt(_)) => Some(Ordering::Less),
            (Self::UInt(_), Self::Int(_)) => Some(Ordering::Greater),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            _ => match (self.as_decimal(), other.as_decimal()) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => self.as_f64()?.partial_cmp(&other.as_f64()?),
            },
        }
    }
}

/// One spelling for each index: `+1` and `01` name nothing.
fn index(segment: &str) -> Option<usize> {
    let is_plain = segment == "0" || !segment.starts_with(['+', '0']);
    segment.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_digits_through_value() {
        let value = Value::Decimal("0.70".parse().unwrap());
        assert_eq!(value.as_decimal().unwrap().to_string(), "0.70");
        assert_eq!(serde_json::to_string(&value).unwrap(), "\"0.70\"");
    }

    #[test]
    fn numbers_beyond_i128_compare_by_size() {
        let small = Value::Int(i128::MAX);
        let big = Value::UInt(u128::MAX);
        assert_eq!(small.compare(&big), Some(Ordering::Less));
    }

    #[test]
    fn a_part_is_found_by_index_and_by_name() {
        let tiers = Value::List(vec![Value::Map(vec![("threshold".into(), Value::Int(5))])]);
        let part = tiers.part("0").and_then(|tier| tier.part("threshold"));
        assert_eq!(part, Some(&Value::Int(5)));
        assert_eq!(tiers.part("1"), None);
    }
}

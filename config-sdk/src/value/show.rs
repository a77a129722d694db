//! A value in print: for people by `Display`, for programs by `Serialize`, for a store as text.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Value;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("none"),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::UInt(value) => value.fmt(f),
            Self::Decimal(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(value) => f.pad(value),
            Self::Duration(value) => humantime::format_duration(*value).fmt(f),
            Self::Timestamp(value) => write!(f, "{}", crate::time::exactly(*value)),
            Self::List(_) | Self::Map(_) => write!(f, "{}", super::to_json(self)),
            Self::Redacted => f.write_str("[redacted]"),
        }
    }
}

impl Value {
    /// The text a store keeps for it; `None` is `NULL`.
    pub(crate) fn to_stored(&self) -> Option<String> {
        match self {
            Self::Null | Self::Redacted => None,
            other => Some(other.to_string()),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => match i64::try_from(*value) {
                Ok(small) => serializer.serialize_i64(small),
                Err(_) => serializer.serialize_i128(*value),
            },
            Self::UInt(value) => serializer.serialize_u128(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Decimal(_)
            | Self::Text(_)
            | Self::Duration(_)
            | Self::Timestamp(_)
            | Self::Redacted => serializer.collect_str(self),
        }
    }
}

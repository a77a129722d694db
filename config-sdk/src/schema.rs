//! What the derive says of a block: its names, fields, bounds and manners.

use std::fmt;
use std::time::Duration;

use crate::key::KeyKind;
use crate::value::{self, Value};

/// What is known of a block at compile time.
#[derive(Debug)]
#[non_exhaustive]
pub struct BlockSchema {
    /// The block's name, first word of every path.
    pub name: &'static str,
    /// The Rust type's name, for messages.
    pub type_name: &'static str,
    /// Its table; may carry a schema (`risk.limits`).
    pub table: String,
    /// The struct's doc comment.
    pub doc: &'static str,
    /// Its key columns, in the order of `key(…)`; none, if there is only one copy of the block.
    pub keys: Vec<KeySchema>,
    /// Whether every key is kept in memory.
    pub resident: bool,
    /// Whether its table was there before and has neither status nor version.
    pub adopt: bool,
    /// Its fields, in the order of the struct.
    pub fields: Vec<FieldSchema>,
    /// How old a value may be before the store is asked; else the builder's.
    pub ttl: Option<Duration>,
    /// What `start` does without a store and without a last good value.
    pub on_boot: OnBoot,
    /// How long a value may be stale before it expires; for ever, if `None`.
    pub max_stale: Option<Duration>,
    /// What readers get once it has expired.
    pub on_stale: OnStale,
    /// Names of former columns: still in the table, no longer read, not to be used again.
    pub retired: Vec<&'static str>,
}

impl BlockSchema {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether there is a copy of the block for each key.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether every copy of the block is kept in memory: of a block without a key the only one, of a
    /// resident block all.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.resident || !self.is_keyed()
    }
}

/// What is known of a key column at compile time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeySchema {
    /// The column.
    pub name: &'static str,
    /// What it holds.
    pub kind: KeyKind,
}

/// What `start` does when a block has neither a store to read nor a last good value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBoot {
    /// Starts with the compiled-in defaults and a warning.
    Default,
    /// Fails.
    Require,
}

/// What readers get once a block has been stale for longer than `max_stale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnStale {
    /// The last good value.
    Serve,
    /// The compiled-in defaults.
    Default,
}

/// What is known of a field at compile time.
#[derive(Debug)]
#[non_exhaustive]
pub struct FieldSchema {
    /// The field's name, second word of its path.
    pub name: &'static str,
    /// Its column.
    pub column: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// What kind of column holds it.
    pub kind: Kind,
    /// Whether the field is an `Option`, so that `NULL` can be its value.
    pub optional: bool,
    /// Bounds of its number, from `range` or else from its Rust type.
    pub range: Option<Range>,
    /// Whether a number out of range is brought into it instead of being rejected.
    pub clamp: bool,
    /// Bounds of its length in characters or items.
    pub length: Option<Length>,
    /// The values it may have; any, if empty.
    pub one_of: Vec<Value>,
    /// Whether it is never shown.
    pub secret: bool,
    /// Whether it keeps its value from start.
    pub restart: bool,
}

impl FieldSchema {
    /// `value` as it may be shown: a secret that is set comes back redacted.
    pub(crate) fn shown(&self, value: Value) -> Value {
        match value {
            Value::Null => Value::Null,
            _ if self.secret => Value::Redacted,
            value => value,
        }
    }

    /// The text that a store keeps for `value`; `None` is `NULL`, which of a JSON field that is not
    /// optional would be the default and not its `null`.
    pub(crate) fn stored(&self, value: &Value) -> Option<String> {
        match (self.kind, value) {
            (Kind::Json, Value::Null) if self.optional => None,
            (Kind::Json, value) => Some(value::to_json(value).to_string()),
            (_, value) => value.to_stored(),
        }
    }
}

/// What kind of column holds a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number of at most 64 bits, signed.
    Integer,
    /// A whole number that 64 signed bits cannot hold.
    BigInteger,
    /// An exact decimal.
    Decimal,
    /// A binary floating-point number.
    Float,
    /// Text.
    Text,
    /// A length of time, as text such as `1m 30s`.
    Duration,
    /// A point in time.
    Timestamp,
    /// A serde type, as JSON.
    Json,
}

/// Bounds of a number. Shows as it is written in Rust.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The lowest value allowed.
    pub min: Option<Value>,
    /// The highest value allowed, or the first that is not.
    pub max: Option<Value>,
    /// Whether `max` itself is not allowed.
    pub open: bool,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(min) = &self.min {
            write!(f, "{min}")?;
        }
        f.write_str("..")?;
        if let Some(max) = &self.max {
            write!(f, "{}{max}", if self.open { "" } else { "=" })?;
        }
        Ok(())
    }
}

/// Bounds of a length, both inclusive. Shows as it is written in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// The least length allowed.
    pub min: usize,
    /// The greatest length allowed.
    pub max: usize,
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, usize::MAX) => write!(f, "{min}.."),
            (0, max) => write!(f, "..={max}"),
            (min, max) => write!(f, "{min}..={max}"),
        }
    }
}

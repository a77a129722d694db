//! Blocks and fields without their types, as they may be shown.

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use crate::cell::{Meta, Origin};
use crate::time::rfc3339;
use crate::value::Value;

/// Every field of a block by name, secrets redacted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BlockView {
    /// Where the value came from, its version and epoch.
    pub meta: Meta,
    /// Names and values, in the order of the struct.
    pub fields: Vec<(&'static str, Value)>,
}

impl BlockView {
    /// The field of that name.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        let found = self.fields.iter().find(|(name, _)| *name == field)?;
        Some(&found.1)
    }
}

/// As an object of its fields.
impl Serialize for BlockView {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields.iter().map(|(name, value)| (name, value)))
    }
}

/// One field a line.
impl fmt::Display for BlockView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (index, (name, value)) in self.fields.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{name:<width$}  {value}")?;
        }
        Ok(())
    }
}

/// Everything there is to say of one field. `Display` prints it for people.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The path asked for.
    pub path: String,
    /// What readers have.
    pub value: Value,
    /// Where that came from.
    pub origin: Origin,
    /// The compiled-in value.
    pub default: Value,
    /// The rules that bind it, as they are written in Rust.
    pub bounds: Vec<String>,
    /// The field's doc comment.
    pub doc: &'static str,
    /// The table and column it is stored in.
    pub column: String,
    /// Number of the block's stored copy; 0 for none.
    pub version: u64,
    /// The store's epoch when the block was read.
    pub epoch: u64,
    /// Who stored that copy, if the store knows.
    pub author: Option<String>,
    /// When that copy was stored, by the store's clock, if the store knows.
    #[serde(serialize_with = "crate::time::serialize_option")]
    pub time: Option<SystemTime>,
    /// Why it was stored, if its author said so.
    pub reason: Option<String>,
    /// Whether the stored value waits for a restart.
    pub pending_restart: bool,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.path, self.value)?;
        let mut line = |name: &str, text: &str| match text {
            "" => Ok(()),
            text => write!(f, "\n  {name:<8} {text}"),
        };
        line("doc", &self.doc.replace('\n', "\n           "))?;
        line("origin", &self.origin.to_string())?;
        if self.version > 0 {
            line("version", &self.version.to_string())?;
            line("epoch", &self.epoch.to_string())?;
            line("author", self.author.as_deref().unwrap_or_default())?;
            line("time", &self.time.map(rfc3339).unwrap_or_default())?;
            line("reason", self.reason.as_deref().unwrap_or_default())?;
        }
        line("default", &self.default.to_string())?;
        line("bounds", &self.bounds.join(", "))?;
        line("column", &self.column)?;
        line("pending", if self.pending_restart { "another value waits for a restart" } else { "" })
    }
}

//! One thing wrong with a record, and a collection of them.

use std::fmt::{self, Write};

use serde::Serialize;

use crate::schema::BlockSchema;

/// One thing wrong with a record: where, what it says, and which rule it breaks.
///
/// A secret's value is never in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fault {
    /// The block's name.
    pub block: String,
    /// The key of the stored copy, of a keyed block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The field, unless the rule is about several.
    pub field: Option<String>,
    /// The field's column.
    pub column: Option<String>,
    /// What the column holds, unless it is a secret or empty.
    pub value: Option<String>,
    /// The rule that is broken, such as `range 0..=1`.
    pub rule: String,
    /// What is wrong, as a sentence that goes on from the field's name.
    pub message: String,
}

/// `trading.score_threshold = 7: must be within 0..=1 (range 0..=1)`
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.block)?;
        if let Some(key) = &self.key {
            write!(f, "[{key}]")?;
        }
        if let Some(field) = &self.field {
            write!(f, ".{field}")?;
        }
        if let Some(column) = self.column.as_ref().filter(|c| Some(*c) != self.field.as_ref()) {
            write!(f, " (column {column})")?;
        }
        if let Some(value) = &self.value {
            write!(f, " = {}", Excerpt(value))?;
        }
        write!(f, ": {} ({})", self.message, self.rule)
    }
}

/// Longest piece of a value that is shown, in characters.
const SHOWN: usize = 80;

/// The beginning of a value, in one line: whoever may write a row writes no lines of the log.
struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars().take(SHOWN) {
            match character {
                '"' | '\'' | '\\' => f.write_char(character)?,
                _ => write!(f, "{}", character.escape_debug())?,
            }
        }
        match self.0.chars().count().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "… ({more} characters more)"),
        }
    }
}

/// Everything wrong with one record, collected; what a `check` function returns.
///
/// ```
/// use config_sdk::{ConfigBlock, Faults};
///
/// #[derive(ConfigBlock)]
/// #[config(check = Window::is_ordered)]
/// struct Window {
///     #[config(default = 1)]
///     lowest: u32,
///     #[config(default = 9)]
///     highest: u32,
/// }
///
/// impl Window {
///     fn is_ordered(&self) -> Result<(), Faults> {
///         let mut faults = Faults::new();
///         faults.ensure(self.lowest <= self.highest, "lowest", "must not be above highest");
///         faults.into_result()
///     }
/// }
///
/// let crossed = Window { lowest: 5, highest: 2 };
/// assert_eq!(crossed.is_ordered().unwrap_err().len(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault of `field` unless `holds`.
    pub fn ensure(&mut self, holds: bool, field: &str, message: impl Into<String>) {
        if !holds {
            self.add(field, message);
        }
    }

    /// Adds a fault of `field`; the block's name and the column are filled in for you.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.push(Fault {
            block: String::new(),
            key: None,
            field: Some(field.to_owned()),
            column: None,
            value: None,
            rule: "check".to_owned(),
            message: message.into(),
        });
    }

    /// Adds a fault of the block as a whole.
    pub fn add_block(&mut self, message: impl Into<String>) {
        self.add("", message);
        if let Some(last) = self.0.last_mut() {
            last.field = None;
        }
    }

    /// The same faults, of the copy of `key`.
    pub(crate) fn of_key(mut self, key: Option<&crate::key::Key>) -> Self {
        for fault in &mut self.0 {
            fault.key = key.map(ToString::to_string);
        }
        self
    }

    /// `Ok` if nothing was added.
    ///
    /// # Errors
    /// The faults, if there are any.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Walks them in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        self.0.extend(faults);
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One fault a line.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The one fault of a row that was not read.
pub(crate) fn too_large(schema: &BlockSchema, size: u64, most: u64) -> Faults {
    let mut faults = Faults::new();
    faults.push(Fault {
        block: schema.name.to_owned(),
        key: None,
        field: None,
        column: None,
        value: None,
        rule: format!("max_record_bytes {most}"),
        message: format!(
            "its row holds {size} bytes and was not read: shorten it, or raise `max_record_bytes`"
        ),
    });
    faults
}

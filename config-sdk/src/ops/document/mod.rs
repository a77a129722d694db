//! What a store says of blocks as a file that people edit: [`print()`] writes it, [`parse()`] reads it.
//!
//! A block without a key is a table of its fields. A keyed block is a list of rows, each with its key
//! columns first; the row without any of them is the one that the others inherit from. What was printed
//! parses to the texts that a store keeps of it.
//!
//! TOML has comments, so a block's first row explains each field, and a field that the row says nothing of
//! is a line to uncomment. Decimals are bare numbers in it, taken from their digits and never through a
//! float. What TOML cannot say, such as null or a number beyond 64 bits inside a JSON field, is a table of
//! one string: `{ "$json" = "null" }` stands for what that string is as JSON, and so does data of this
//! very shape.
//!
//! JSON has only what rows say. Its decimals are strings, and may be bare numbers in a file that is read.
//!
//! A secret is in neither.

mod find;
mod json;
mod mistake;
mod print_json;
mod print_toml;
mod read;
#[cfg(test)]
mod tests;
mod toml;
mod tree;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use find::Finds;
pub use mistake::{Mistake, Wrong};

use crate::guarded::caught;
use crate::schema::{BlockSchema, FieldSchema};
use crate::source::Place;
use crate::value::Value;

/// The largest file that is read, in bytes.
const MAX_FILE: usize = 16 << 20;

/// What a store says of some rows.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The rows, no two of one place. Those of one block are printed together, the one that the others
    /// inherit from first.
    pub sections: Vec<Section>,
}

/// What a store says of one row.
#[derive(Clone, Debug)]
pub struct Section {
    /// Where the row is.
    pub place: Place,
    /// Its fields, in the order in which they are printed.
    pub fields: Vec<Said>,
}

/// What a row says of a field.
#[derive(Clone)]
pub struct Said {
    /// The field.
    pub field: &'static FieldSchema,
    /// What the row sets; `None` if it says nothing, so that `default` holds. Of a secret only whether it
    /// is set is looked at.
    pub value: Option<Value>,
    /// What holds without the row: the default, or what the row inherits.
    pub default: Value,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Value| self.field.shown(value.clone());
        f.debug_struct("Said")
            .field("field", &self.field.name)
            .field("value", &self.value.as_ref().map(shown))
            .field("default", &shown(&self.default))
            .finish()
    }
}

impl Said {
    /// The value that is printed: none of a secret, and none that a store keeps as `NULL`.
    fn told(&self) -> Option<&Value> {
        let value = self.value.as_ref().filter(|_| !self.field.secret)?;
        self.field.stored(value).map(|_| value)
    }
}

/// One row as a file states it.
#[derive(Clone)]
pub struct Stated {
    /// Where the row is.
    pub place: Place,
    /// The line on which it begins.
    pub line: usize,
    /// The fields that the file names, in its order, each with the text that a store keeps; `None` for a
    /// null, which makes the default hold. Nobody has judged them yet.
    pub fields: Vec<(&'static FieldSchema, Option<String>)>,
}

impl fmt::Debug for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter().map(|(field, text)| (field.name, text));
        f.debug_struct("Stated")
            .field("place", &self.place)
            .field("line", &self.line)
            .field("fields", &fields.collect::<Vec<_>>())
            .finish()
    }
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: with comments.
    Toml,
    /// For programs.
    Json,
}

impl Format {
    /// The format of a file of that name, by its extension.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        let known = [("toml", Self::Toml), ("json", Self::Json)];
        known
            .into_iter()
            .find_map(|(name, format)| extension.eq_ignore_ascii_case(name).then_some(format))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Toml => "TOML",
            Self::Json => "JSON",
        })
    }
}

/// The text of `document`, without what is secret.
#[must_use]
pub fn print(document: &Document, format: Format) -> String {
    match format {
        Format::Toml => print_toml::print(document),
        Format::Json => print_json::print(document),
    }
}

/// The rows that `text` states of these blocks. They are taken apart and not judged: a text that its
/// field would refuse comes back as it is.
///
/// # Errors
/// Everything that is wrong with the text, in the order of its lines: of its syntax the first thing, and
/// no more than a hundred. A text of more than 16 MiB is one mistake, and so is one that nests too deep.
pub fn parse(
    text: &str,
    format: Format,
    blocks: &[&'static BlockSchema],
) -> Result<Vec<Stated>, Vec<Mistake>> {
    let mut finds = Finds::new(text);
    let tree = match format {
        _ if text.len() > MAX_FILE => {
            finds.add(0, "", Wrong::TooLarge { bytes: text.len() });
            None
        }
        // A parser of others: should it panic, that is a mistake in the file like any other.
        Format::Toml => caught(|| toml::tree(text, &mut finds)).unwrap_or_else(|| {
            let problem = "it cannot be read".to_owned();
            finds.add(0, "", Wrong::Syntax { format, problem });
            None
        }),
        Format::Json => json::tree(text, &mut finds),
    };
    let stated = tree.map(|tree| read::rows(tree, format, blocks, &mut finds));
    finds.into_result(stated.unwrap_or_default())
}

impl Document {
    /// The rows of each block, in the order in which blocks come first.
    fn blocks(&self) -> Vec<(&'static BlockSchema, Vec<&Section>)> {
        let mut places = HashMap::new();
        let mut blocks: Vec<(&'static BlockSchema, Vec<&Section>)> = Vec::new();
        for section in &self.sections {
            let block = section.place.block;
            let place = *places.entry(block.name).or_insert(blocks.len());
            match blocks.get_mut(place) {
                Some((_, rows)) => rows.push(section),
                None => blocks.push((block, vec![section])),
            }
        }
        for (_, rows) in &mut blocks {
            rows.sort_by_key(|row| row.place.key.is_some());
        }
        blocks
    }
}

/// The key columns of a row and what they hold; none, if it has no key.
fn key(place: &Place) -> impl Iterator<Item = (&'static str, KeyText<'_>)> {
    let parts = place.key.iter().flat_map(|key| key.parts());
    place.block.keys.iter().zip(parts).map(|(column, text)| {
        let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
        let is_number = column.kind == crate::key::KeyKind::Integer && number.is_some();
        (column.name, if is_number { KeyText::Number(text) } else { KeyText::Text(text) })
    })
}

/// A part of a key as it is written.
enum KeyText<'a> {
    Number(&'a str),
    Text(&'a str),
}

/// A float in digits that both formats read; none, if it is not finite.
fn float(value: f64) -> Option<String> {
    value.is_finite().then(|| format!("{value:?}"))
}

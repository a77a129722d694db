//! A tree as rows of blocks: whose row it is, which fields it names, and their texts.

use std::collections::HashMap;

use super::find::Finds;
use super::tree::{Node, Spot};
use super::{Format, Stated, Wrong, float};
use crate::key::Key;
use crate::path;
use crate::schema::{BlockSchema, FieldSchema, KeySchema, Kind};
use crate::source::Place;
use crate::value::Value;

/// The fields of a row by name.
type Fields = Vec<(String, Spot)>;

/// The rows that a tree states.
pub(super) fn rows(
    tree: Spot,
    format: Format,
    blocks: &[&'static BlockSchema],
    finds: &mut Finds,
) -> Vec<Stated> {
    let mut reader = Reader { format, blocks, finds, rows: Vec::new(), seen: HashMap::new() };
    if let Node::Table(named) = tree.node {
        for (name, spot) in named {
            reader.block(&name, spot);
        }
    }
    reader.rows
}

struct Reader<'a> {
    format: Format,
    blocks: &'a [&'static BlockSchema],
    finds: &'a mut Finds,
    rows: Vec<Stated>,
    /// The line of each place's row.
    seen: HashMap<(&'static str, Option<Key>), usize>,
}

impl Reader<'_> {
    fn block(&mut self, name: &str, spot: Spot) {
        let Some(block) = self.blocks.iter().find(|block| block.name == name) else {
            return self.finds.add(spot.at, name, self.unknown_block(name));
        };
        match spot.node {
            Node::Table(fields) if !block.is_keyed() => self.row(block, name, spot.at, fields),
            Node::List(rows) if block.is_keyed() => {
                for (index, row) in rows.into_iter().enumerate() {
                    let path = format!("{name}[{index}]");
                    match row.node {
                        Node::Table(fields) => self.row(block, &path, row.at, fields),
                        _ => self.finds.add(row.at, path, self.wrong_shape(block)),
                    }
                }
            }
            _ => self.finds.add(spot.at, name, self.wrong_shape(block)),
        }
    }

    fn row(&mut self, block: &'static BlockSchema, path: &str, at: usize, fields: Fields) {
        let key = self.key(block, path, at, &fields);
        let is_key = |name: &str| block.keys.iter().any(|column| column.name == name);
        let mut stated = Vec::new();
        for (name, spot) in fields {
            if is_key(&name) {
                continue;
            }
            match field(block, &name).and_then(|field| Ok((field, text(field, &spot.node)?))) {
                Ok(field) => stated.push(field),
                Err(wrong) => self.finds.add(spot.at, format!("{path}.{name}"), wrong),
            }
        }
        let Some(key) = key else { return };
        let line = self.finds.line(at);
        let place = Place { block, key };
        match self.seen.get(&(block.name, place.key.clone())) {
            Some(first) => self.finds.add(at, path, Wrong::Twice { place, first: *first }),
            None => {
                self.seen.insert((block.name, place.key.clone()), line);
                self.rows.push(Stated { place, line, fields: stated });
            }
        }
    }

    /// The row's key; `None` if it is not to be told.
    fn key(
        &mut self,
        block: &'static BlockSchema,
        path: &str,
        at: usize,
        fields: &Fields,
    ) -> Option<Option<Key>> {
        let (mut parts, mut missing, mut is_whole) = (Vec::new(), Vec::new(), true);
        for column in &block.keys {
            let named = fields.iter().find(|(name, _)| name == column.name);
            match named.map(|(_, spot)| (spot.at, &spot.node)) {
                None | Some((_, Node::Null)) => missing.push(format!("`{}`", column.name)),
                Some((at, node)) => match part(column, node) {
                    Ok(text) => parts.push(text),
                    Err(wrong) => {
                        is_whole = false;
                        self.finds.add(at, format!("{path}.{}", column.name), wrong);
                    }
                },
            }
        }
        if !is_whole {
            return None;
        }
        if parts.is_empty() {
            return Some(None);
        }
        let key = if missing.is_empty() {
            Key::new(parts.iter().map(String::as_str)).map_err(Wrong::Key)
        } else {
            Err(Wrong::PartOfKey { block: block.name, missing: missing.join(", ") })
        };
        match key {
            Ok(key) => Some(Some(key)),
            Err(wrong) => {
                self.finds.add(at, path, wrong);
                None
            }
        }
    }

    fn unknown_block(&self, name: &str) -> Wrong {
        path::unknown_block(name, self.blocks.iter().copied()).into()
    }

    fn wrong_shape(&self, block: &'static BlockSchema) -> Wrong {
        let name = block.name;
        match (block.is_keyed(), self.format) {
            (true, Format::Toml) => {
                Wrong::NeedsRows { block: name, example: format!("`[[{name}]]` above each") }
            }
            (true, Format::Json) => Wrong::NeedsRows {
                block: name,
                example: format!("a list of objects, `\"{name}\": [{{…}}]`"),
            },
            (false, Format::Toml) => {
                Wrong::NeedsOneRow { block: name, example: format!("`[{name}]` above its fields") }
            }
            (false, Format::Json) => Wrong::NeedsOneRow {
                block: name,
                example: format!("one object, `\"{name}\": {{…}}`"),
            },
        }
    }
}

/// The field of that name, if a file may state it.
fn field(block: &'static BlockSchema, name: &str) -> Result<&'static FieldSchema, Wrong> {
    match block.field(name) {
        Some(field) if field.secret => Err(Wrong::Secret { field: field.name }),
        Some(field) => Ok(field),
        None => Err(no_field(block, name)),
    }
}

fn no_field(block: &'static BlockSchema, name: &str) -> Wrong {
    if let Some(name) = block.retired.iter().find(|retired| **retired == name) {
        return Wrong::Retired { name };
    }
    if let Some(field) = block.fields.iter().find(|field| field.column == name) {
        return Wrong::Column { column: field.column, field: field.name };
    }
    let keys = block.keys.iter().map(|column| column.name);
    let fields = block.fields.iter().map(|field| field.name);
    path::unknown_field(block, name, keys.chain(fields)).into()
}

/// The text that a store would keep. As in [`FieldSchema::stored`], null of a JSON field that is not
/// optional is its null.
fn text(field: &'static FieldSchema, node: &Node) -> Result<Option<String>, Wrong> {
    match (field.kind, node) {
        (Kind::Json, Node::Null) if field.optional => Ok(None),
        (Kind::Json, node) => node.json().map(Some).ok_or(Wrong::NotJson { field: field.name }),
        (_, Node::Null) => Ok(None),
        (_, Node::Bool(value)) => Ok(Some(value.to_string())),
        (Kind::Float, Node::Number(digits)) => Ok(Some(as_stored(digits))),
        (_, Node::Number(text) | Node::Text(text)) => Ok(Some(text.clone())),
        (_, Node::List(_) | Node::Table(_)) => Err(Wrong::NeedsValue { field: field.name }),
    }
}

/// A float that is written as this library writes it, as a store keeps it; any other as it is.
fn as_stored(digits: &str) -> String {
    let value = digits.parse().ok().filter(|value| float(*value).as_deref() == Some(digits));
    value.and_then(|value| Value::Float(value).to_stored()).unwrap_or_else(|| digits.to_owned())
}

/// The text of a part of a key, one for each part however it is written.
fn part(column: &'static KeySchema, node: &Node) -> Result<String, Wrong> {
    let (Node::Text(text) | Node::Number(text)) = node else {
        return Err(Wrong::KeyColumn { column: column.name, wanted: column.kind.wanted() });
    };
    let part = column.kind.read(text);
    part.ok_or(Wrong::KeyColumn { column: column.name, wanted: column.kind.wanted() })
}

//! A JSON text as a tree: each number by its own digits, and no name twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::find::Finds;
use super::tree::{Node, Spot};
use super::{Format, Wrong};
use crate::json;

/// A document around the JSON fields in it: blocks, rows, fields.
const LEVELS: usize = 3;

/// The tree of a whole file.
pub(super) fn tree(text: &str, finds: &mut Finds) -> Option<Spot> {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    if json::check_depth(json, LEVELS).is_err() {
        finds.add(0, "", Wrong::TooDeep);
        return None;
    }
    match serde_json::from_str::<&RawValue>(json) {
        Ok(raw) => {
            let mut walk =
                Walk { start: Start::Text(text.as_ptr().addr()), finds, path: Vec::new() };
            let spot = walk.spot(raw);
            if matches!(spot.node, Node::Table(_)) {
                return Some(spot);
            }
            finds.add(spot.at, "", Wrong::NoBlocks);
        }
        Err(error) => {
            let at = offset(json, error.line()) + (text.len() - json.len());
            finds.add(at, "", syntax(&error));
        }
    }
    None
}

/// The tree of a JSON text that stands in another file, at byte `at`.
///
/// # Errors
/// What is wrong with the text as a whole.
pub(super) fn inside(text: &str, at: usize, finds: &mut Finds) -> Result<Node, Wrong> {
    json::check_depth(text, 0).map_err(|_| Wrong::TooDeep)?;
    let raw = serde_json::from_str::<&RawValue>(text)
        .map_err(|error| Wrong::Escape { problem: json::explain(&error) })?;
    Ok(Walk { start: Start::Fixed(at), finds, path: Vec::new() }.spot(raw).node)
}

/// Where line `line` of `text` begins.
fn offset(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}

fn syntax(error: &serde_json::Error) -> Wrong {
    let problem = json::explain(error);
    let problem = problem.strip_prefix("is not valid JSON ").unwrap_or(&problem).to_owned();
    Wrong::Syntax { format: Format::Json, problem }
}

/// How the place of a part is known: by where its text lies, or because there is but one.
#[derive(Clone, Copy)]
enum Start {
    Text(usize),
    Fixed(usize),
}

struct Walk<'f> {
    start: Start,
    finds: &'f mut Finds,
    path: Vec<String>,
}

impl Walk<'_> {
    /// Every level is parsed again for the one below it, of which there are few.
    fn spot(&mut self, raw: &RawValue) -> Spot {
        let at = match self.start {
            Start::Text(start) => raw.get().as_ptr().addr().saturating_sub(start),
            Start::Fixed(at) => at,
        };
        let text = raw.get();
        let node = match text.as_bytes().first() {
            Some(b'{') => serde_json::from_str(text).map(|Fields(fields)| self.table(fields)),
            Some(b'[') => serde_json::from_str(text).map(|items: Vec<&RawValue>| {
                let items = items.into_iter().enumerate();
                let items = items.map(|(index, item)| {
                    self.path.push(format!("[{index}]"));
                    let spot = self.spot(item);
                    self.path.pop();
                    spot
                });
                Node::List(items.collect())
            }),
            Some(b'"') => serde_json::from_str(text).map(Node::Text),
            Some(b't') => Ok(Node::Bool(true)),
            Some(b'f') => Ok(Node::Bool(false)),
            Some(b'n') => Ok(Node::Null),
            _ => Ok(Node::Number(text.to_owned())),
        };
        // What a scan over text does not see: half of a surrogate pair.
        let node = node.unwrap_or_else(|error| {
            self.finds.add(at, self.path(), syntax(&error));
            Node::Null
        });
        Spot { at, node }
    }

    fn table(&mut self, fields: Vec<(String, &RawValue)>) -> Node {
        let mut names = std::collections::HashSet::new();
        let mut table = Vec::new();
        for (name, raw) in fields {
            let is_first = self.path.is_empty();
            self.path.push(if is_first { name.clone() } else { format!(".{name}") });
            let spot = self.spot(raw);
            if names.insert(name.clone()) {
                table.push((name, spot));
            } else {
                self.finds.add(spot.at, self.path(), Wrong::Duplicate { name });
            }
            self.path.pop();
        }
        Node::Table(table)
    }

    fn path(&self) -> String {
        self.path.concat()
    }
}

/// An object's fields in their order, also those of the same name.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(All)
    }
}

//! A TOML text as a tree: each number by its own digits, each value by its line.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::find::Finds;
use super::json;
use super::tree::{Node, Spot};
use super::{Format, Wrong};

/// How deep a line may nest: as a JSON field may, and what stands around it. A header may as well, and
/// the lines below it add to that.
const MAX_DEPTH: usize = 72;

/// What stands for the JSON that its string is.
pub(super) const ESCAPE: &str = "$json";

/// The tree of a whole file.
pub(super) fn tree(text: &str, finds: &mut Finds) -> Option<Spot> {
    if let Some(at) = too_deep(text) {
        finds.add(at, "", Wrong::TooDeep);
        return None;
    }
    match Document::parse(text) {
        Ok(document) => {
            let node = Walk { text, finds }.table(document.as_table(), 0);
            Some(Spot { at: 0, node })
        }
        Err(error) => {
            let mut problem = error.message().to_owned();
            if problem.contains("overflowed") {
                problem.push_str("; write it as a string");
            }
            let at = error.span().map_or(text.len(), |span| span.start);
            finds.add(at, "", Wrong::Syntax { format: Format::Toml, problem });
            None
        }
    }
}

/// Where a line nests too deep, by brackets and by the dots of its names. The parser takes so many of
/// each, and together they would be more than a stack holds.
fn too_deep(text: &str) -> Option<usize> {
    // What opened a level, how many dots are in the name before its value, and whether that was reached.
    let mut levels = vec![(TokenKind::Newline, 0usize, false)];
    let mut dots = 0usize; // of all levels
    for token in Source::new(text).lex() {
        let depth = levels.len();
        let is_header = levels.first().is_some_and(|line| !line.2);
        let Some(level) = levels.last_mut() else { break };
        match token.kind() {
            kind @ (TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) => {
                levels.push((kind, 0, false));
            }
            TokenKind::RightSquareBracket if level.0 == TokenKind::LeftSquareBracket => {
                dots -= level.1;
                levels.pop();
            }
            TokenKind::RightCurlyBracket if level.0 == TokenKind::LeftCurlyBracket => {
                dots -= level.1;
                levels.pop();
            }
            // In a list a dot is one of a number.
            TokenKind::Dot
                if !level.2 && (is_header || level.0 != TokenKind::LeftSquareBracket) =>
            {
                level.1 += 1;
                dots += 1;
            }
            TokenKind::Equals => level.2 = true,
            TokenKind::Newline if depth > 1 => {}
            TokenKind::Comma | TokenKind::Newline => {
                dots -= level.1;
                (level.1, level.2) = (0, false);
            }
            _ => {}
        }
        if levels.len() + dots > MAX_DEPTH {
            return Some(token.span().start());
        }
    }
    None
}

struct Walk<'t, 'f> {
    text: &'t str,
    finds: &'f mut Finds,
}

impl Walk<'_, '_> {
    /// `at` is where the name of it stands.
    fn item(&mut self, item: &Item, at: usize, depth: usize) -> Spot {
        let at = item.span().map_or(at, |span| span.start);
        let node = match item {
            Item::None => Node::Null,
            Item::Value(value) => self.value(value, at, depth),
            Item::Table(table) => self.escaped(table, at, depth),
            Item::ArrayOfTables(tables) => {
                let table = |table: &toml_edit::Table| {
                    let at = table.span().map_or(at, |span| span.start);
                    Spot { at, node: self.escaped(table, at, depth + 1) }
                };
                Node::List(tables.iter().map(table).collect())
            }
        };
        Spot { at, node }
    }

    fn value(&mut self, value: &Value, at: usize, depth: usize) -> Node {
        let raw = value.span().and_then(|span: Range<usize>| self.text.get(span));
        let raw = raw.unwrap_or_default();
        match value {
            Value::String(text) => Node::Text(text.value().clone()),
            Value::Integer(number) if raw.contains(['x', 'o', 'b']) => {
                Node::Number(number.value().to_string())
            }
            Value::Integer(_) | Value::Float(_) => Node::Number(digits(raw)),
            Value::Boolean(value) => Node::Bool(*value.value()),
            Value::Datetime(_) => Node::Text(time(raw)),
            Value::Array(items) => {
                let item = |value: &Value| {
                    let at = value.span().map_or(at, |span| span.start);
                    Spot { at, node: self.value(value, at, depth + 1) }
                };
                Node::List(items.iter().map(item).collect())
            }
            Value::InlineTable(table) => self.escaped(table, at, depth),
        }
    }

    /// A table, or what it stands for.
    fn escaped(&mut self, table: &dyn TableLike, at: usize, depth: usize) -> Node {
        let text = table.get(ESCAPE).and_then(Item::as_str).filter(|_| table.len() == 1);
        let Some(text) = text else {
            return self.table(table, depth);
        };
        json::inside(text, at, self.finds).unwrap_or_else(|wrong| {
            self.finds.add(at, "", wrong);
            Node::Null
        })
    }

    fn table(&mut self, table: &dyn TableLike, depth: usize) -> Node {
        let mut fields = Vec::new();
        for (name, item) in table.iter() {
            let key = table.key(name).and_then(toml_edit::Key::span);
            let at = key.map_or(0, |span| span.start);
            if depth > MAX_DEPTH {
                self.finds.add(at, "", Wrong::TooDeep);
                break;
            }
            fields.push((name.to_owned(), self.item(item, at, depth + 1)));
        }
        Node::Table(fields)
    }
}

/// A number without what only TOML allows.
fn digits(raw: &str) -> String {
    raw.strip_prefix('+').unwrap_or(raw).replace('_', "")
}

/// A time with a `T` before the hours.
fn time(raw: &str) -> String {
    raw.replacen([' ', 't'], "T", 1).replace('z', "Z")
}

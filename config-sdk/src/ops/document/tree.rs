//! A document without its format: tables, lists, and values that keep their digits.

/// What stands at a place of a text.
#[derive(Debug)]
pub(super) struct Spot {
    /// The byte at which it begins.
    pub(super) at: usize,
    pub(super) node: Node,
}

/// A part of a document.
#[derive(Debug)]
pub(super) enum Node {
    Null,
    Bool(bool),
    /// A number in its own digits, as JSON writes it; besides `inf` and `nan`.
    Number(String),
    Text(String),
    List(Vec<Spot>),
    /// In the order of the text, no two of one name.
    Table(Vec<(String, Spot)>),
}

impl Node {
    /// The JSON of it, without spaces; none, if there is a number in it that JSON does not have. It is as
    /// deep as the tree, which is never deep.
    pub(super) fn json(&self) -> Option<String> {
        let mut text = String::new();
        self.write(&mut text).then_some(text)
    }

    /// Whether all of it could be written.
    fn write(&self, out: &mut String) -> bool {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(digits) => {
                out.push_str(digits);
                return digits.bytes().any(|byte| byte.is_ascii_digit());
            }
            Self::Text(text) => quote(text, out),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    if !item.node.write(out) {
                        return false;
                    }
                }
                out.push(']');
            }
            Self::Table(fields) => {
                out.push('{');
                for (index, (name, field)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    if !field.node.write(out) {
                        return false;
                    }
                }
                out.push('}');
            }
        }
        true
    }
}

/// Writes `text` as a JSON string.
pub(super) fn quote(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

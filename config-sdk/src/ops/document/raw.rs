//! The parts of a JSON text as they stand in it, so that a number keeps its digits and everything its place.
//!
//! The text was found valid before; of one that is not, some parts come out, and no panic.

use crate::json::after_string;

/// Without the spaces around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// The items of a list.
pub(super) fn items(list: &str) -> Vec<&str> {
    split(list, b',').collect()
}

/// The names of an object's fields, quoted as they are, and their values.
pub(super) fn fields(object: &str) -> Vec<(&str, &str)> {
    let pair = |field: &'_ str| -> Option<usize> {
        let behind = after_string(field.as_bytes()).len();
        Some(field.len() - behind).filter(|end| field.is_char_boundary(*end))
    };
    let fields = split(object, b',').filter_map(|field| {
        let (name, rest) = field.split_at(pair(field)?);
        Some((name, trimmed(trimmed(rest).strip_prefix(':')?)))
    });
    fields.collect()
}

/// What stands between the brackets of `text`, taken apart at `at` where it belongs to no deeper level.
fn split(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let (mut parts, mut depth, mut start) = (Vec::new(), 0usize, 0);
    let mut rest = inside.as_bytes();
    while let Some(byte) = rest.first() {
        let here = inside.len() - rest.len();
        match byte {
            b'"' => {
                rest = after_string(rest);
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            byte if *byte == at && depth == 0 => {
                parts.push(inside.get(start..here).unwrap_or_default());
                start = here + 1;
            }
            _ => {}
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    parts.push(inside.get(start..).unwrap_or_default());
    let is_empty = trimmed(inside).is_empty();
    parts.into_iter().map(trimmed).filter(move |_| !is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_as_they_stand() {
        assert_eq!(items(r#"[ 0.70 , [1,2], "a,]\" b" ,{"x":[,]}]"#).len(), 4);
        assert_eq!(items(r#"[ 0.70 , [1,2] ]"#), ["0.70", "[1,2]"]);
        assert_eq!(items("[ ]"), [""; 0]);
        let object = r#"{ "a:\"": 1e5 , "b" :{"c":":,"}}"#;
        assert_eq!(fields(object), [(r#""a:\"""#, "1e5"), (r#""b""#, r#"{"c":":,"}"#)]);
        assert_eq!(fields("{}"), [("", ""); 0]);
    }

    #[test]
    fn a_text_that_is_no_json_does_not_panic() {
        for text in ["", "{", "[", "{\"", "[\"ä", "{ä:1}", "{\"ä\":ä}", "]", "{:}"] {
            let _ = (items(text), fields(text));
        }
    }
}

//! What a path names, down to a part of a field, among blocks with and without keys.

use super::{ReadError, field, unknown_block};
use crate::key::Key;
#[cfg(feature = "cli")]
use crate::key::Pattern;
use crate::schema::BlockSchema;

/// What a path names, down to a part of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The block, by its place among those that were looked through.
    pub(crate) block: usize,
    /// The key, if the path has one.
    pub(crate) key: Option<Key>,
    /// The field, by its place in the block; none, if the path ends before it.
    pub(crate) field: Option<usize>,
    /// What follows behind the field.
    pub(crate) parts: Vec<String>,
}

impl Target {
    /// What `path` names among `blocks`.
    ///
    /// A key stands in brackets, its parts separated by commas; a part with a comma, a bracket or
    /// a quote in it stands in quotes, as in JSON: `strategy[ETH/USDT,"a,b"].risk`.
    ///
    /// # Errors
    /// If there is nothing of that name; with what there is, and the nearest.
    pub(crate) fn of(path: &str, blocks: &[&'static BlockSchema]) -> Result<Self, ReadError> {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        let block = blocks.iter().position(|block| block.name == name);
        let block = block.ok_or_else(|| unknown_block(name, blocks.iter().copied()))?;
        let schema = blocks[block];
        let wrong = |problem: String| ReadError::Key { path: path.to_owned(), problem };
        let (key, rest) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (parts, rest) = key_parts(rest, schema.keys.len()).map_err(wrong)?;
                (Some(key(schema, &parts).map_err(wrong)?), rest)
            }
            None => (None, rest),
        };
        if rest.is_empty() {
            return Ok(Self { block, key, field: None, parts: Vec::new() });
        }
        let Some(rest) = rest.strip_prefix('.') else {
            return Err(wrong(format!("`{rest}` follows the key: write a dot and a field")));
        };
        let mut words = rest.split('.');
        let (field, _) = field(schema, words.next().unwrap_or_default())?;
        let parts = words.map(str::to_owned).collect();
        Ok(Self { block, key, field: Some(field), parts })
    }
}

/// The pattern of keys that `text` is, which stands in a path as a key does.
///
/// # Errors
/// What is wrong with it.
#[cfg(feature = "cli")]
pub(crate) fn pattern(block: &BlockSchema, text: &str) -> Result<Pattern, String> {
    let bracketed = format!("{text}]");
    let (parts, rest) = key_parts(&bracketed, block.keys.len())?;
    if !rest.is_empty() || parts.len() != block.keys.len() {
        let columns: Vec<_> = block.keys.iter().map(|key| key.name).collect();
        return Err(format!("a pattern of `{}` is {}", block.name, columns.join(",")));
    }
    Pattern::new(parts.iter().map(String::as_str)).map_err(|error| error.to_string())
}

/// The parts up to the closing bracket, and what follows it. Of a key of one part, a comma is
/// nothing special.
fn key_parts(text: &str, count: usize) -> Result<(Vec<String>, &str), String> {
    const OPEN: &str = "the key has no end: close it with `]`";
    // As messages show a key of several parts.
    let inside = text.strip_prefix('(').filter(|inside| inside.starts_with('"'));
    let (mut parts, mut rest) = (Vec::new(), inside.unwrap_or(text));
    loop {
        rest = rest.trim_start_matches(' ');
        let part = match rest.strip_prefix('"') {
            Some(_) => {
                let mut read = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let part = match read.next() {
                    Some(Ok(part)) => part,
                    _ => {
                        return Err("a part of the key begins with a quote and has no end".into());
                    }
                };
                rest = rest.get(read.byte_offset()..).unwrap_or_default();
                part
            }
            None => {
                let ends: &[char] = if count > 1 { &[',', ']'] } else { &[']'] };
                let end = rest.find(ends).ok_or_else(|| OPEN.to_owned())?;
                let (part, behind) = rest.split_at(end);
                rest = behind;
                part.trim_end_matches(' ').to_owned()
            }
        };
        parts.push(part);
        rest = rest.trim_start_matches(' ');
        if inside.is_some() {
            rest = rest.strip_prefix(')').unwrap_or(rest);
        }
        match rest.chars().next() {
            Some(']') => return Ok((parts, rest.get(1..).unwrap_or_default())),
            Some(',') => rest = rest.get(1..).unwrap_or_default(),
            _ => return Err(OPEN.into()),
        }
    }
}

fn key(schema: &BlockSchema, parts: &[String]) -> Result<Key, String> {
    let name = schema.name;
    if !schema.is_keyed() {
        return Err(format!("block `{name}` has no key: write `{name}.field`"));
    }
    let columns: Vec<_> = schema.keys.iter().map(|key| key.name).collect();
    if columns.len() != parts.len() {
        return Err(format!(
            "the key of `{name}` is {} and not {}: write `{name}[{}].field`",
            columns.join(", "),
            parts.len(),
            columns.join(",")
        ));
    }
    let mut texts = Vec::new();
    for (column, part) in schema.keys.iter().zip(parts) {
        texts.push(column.kind.read(part).ok_or_else(|| {
            format!(
                "`{}` of the key is {}, and `{part}` is none",
                column.name,
                column.kind.wanted()
            )
        })?);
    }
    Key::new(texts.iter().map(String::as_str)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::{self, Json, Plain};

    fn of(path: &str) -> Result<Target, String> {
        Target::of(path, &blocks()).map_err(|error| error.to_string())
    }

    fn blocks() -> [&'static BlockSchema; 3] {
        let block = |name| private::block("Block", name, None, "");
        let trading = block("trading")
            .field(private::field::<Plain, u32>("big", ""))
            .field(private::field::<Json, Vec<u8>>("tiers", ""));
        let bytes = block("bytes").key::<String>("guild_id");
        let bytes = bytes.field(private::field::<Plain, u32>("daily_amount", ""));
        let pair = block("pair").key::<String>("symbol").key::<String>("strategy");
        let pair = pair.field(private::field::<Plain, u32>("risk", ""));
        [trading, bytes, pair].map(|block| &*Box::leak(Box::new(block.build())))
    }

    #[test]
    fn a_path_names_a_block_a_row_a_field_or_a_part() {
        let target = of("trading.tiers.0.x").unwrap();
        assert_eq!((target.block, target.field), (0, Some(1)));
        assert_eq!(target.parts, ["0", "x"]);
        assert_eq!(of("bytes").unwrap().key, None);
        let key = |parts: &[&str]| Some(Key::new(parts.iter().copied()).unwrap());
        assert_eq!(of("bytes[guild-1].daily_amount").unwrap().key, key(&["guild-1"]));
        assert_eq!(of("bytes[a,b].daily_amount").unwrap().key, key(&["a,b"]));
        assert_eq!(of(r#"bytes["a].x"]"#).unwrap().key, key(&["a].x"]));
        assert_eq!(of("pair[ETH/USDT, momentum]").unwrap().key, key(&["ETH/USDT", "momentum"]));
        assert_eq!(of(r#"pair["a,\"b", c].risk"#).unwrap().key, key(&["a,\"b", "c"]));
    }

    proptest::proptest! {
        #[test]
        fn a_row_is_found_again_by_the_path_it_shows(first in "\\PC{1,12}", second in "\\PC{1,12}") {
            for (index, parts) in [(1, vec![&*first]), (2, vec![&*first, &*second])] {
                let key = Key::new(parts.iter().copied()).unwrap();
                let place = crate::source::Place { block: blocks()[index], key: Some(key.clone()) };
                let found = Target::of(&place.to_string(), &blocks()).unwrap();
                assert_eq!((found.block, found.key), (index, Some(key.clone())), "{place}");
                let shown = format!("{}[{key}]", place.block.name);
                if index == 2 && first.is_ascii() && second.is_ascii() {
                    assert_eq!(Target::of(&shown, &blocks()).unwrap().key, Some(key), "{shown}");
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_path_is_told_with_what_to_write() {
        for (path, said) in [
            ("tradin.big", "no block is named `tradin` (did you mean `trading`?)"),
            ("trading.bigg", "has no field `bigg` (did you mean `big`?)"),
            ("trading[a].big", "has no key: write `trading.field`"),
            ("pair[a].risk", "the key of `pair` is symbol, strategy and not 1"),
            ("bytes[a.daily_amount", "close it with `]`"),
            ("bytes[]", "a part of the key is empty"),
            ("bytes[\"a]", "begins with a quote"),
            ("bytes[a]daily_amount", "write a dot and a field"),
            ("bytes.", "has no field ``"),
        ] {
            let error = of(path).unwrap_err();
            assert!(error.contains(said), "{path}: {error}");
        }
    }
}
